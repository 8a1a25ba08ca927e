"""Moving over the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from zoo_gui.canvas.gestures.gesture import Gesture

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


class Pan(Gesture):
    """The canvas follows the pointer."""

    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Canvas, start: QPointF) -> None:
        super().__init__(canvas)
        self._start = start

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        camera = self.canvas.camera
        camera.shift(camera.from_scene(at) - camera.from_scene(self._start))
