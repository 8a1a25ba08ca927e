"""What a gesture is: something that a person begins with a press, and ends with a release or Escape."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


class Gesture:
    """One gesture on a canvas. Only ``finish`` changes the document, by one edit.

    Places are on the canvas, except where they are said to be in the view.
    """

    cursor: Qt.CursorShape | None = None

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The pointer moves."""

    def finish(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        """The button is released."""

    def cancel(self) -> None:
        """Escape: everything as it was."""

    def paint(self, painter: QPainter) -> None:
        """Paint what belongs to the gesture above everything else."""
