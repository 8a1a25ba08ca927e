"""Selecting what a rectangle touches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from zoo_gui.canvas.gestures.gesture import Gesture
from zoo_gui.selection import Chosen

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


class Band(Gesture):
    """A rubber band; with Shift or Ctrl it adds to what is selected."""

    def __init__(self, canvas: Canvas, start: QPointF, *, adds: bool) -> None:
        super().__init__(canvas)
        self._start = self._at = start
        self._before: frozenset[Chosen] = canvas.workspace.selection if adds else frozenset()

    @property
    def rect(self) -> QRectF:
        """The rectangle so far."""
        return QRectF(self._start, self._at).normalized()

    def move(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self._at = at
        rect = self.rect
        touched = [pick for pick, item in self.canvas.scene_.boxes.items() if rect.intersects(item.frame)]
        self.canvas.workspace.select([*self._before, *touched])

    def finish(self, at: QPointF, keys: Qt.KeyboardModifier) -> None:
        self.move(at, keys)

    def cancel(self) -> None:
        self.canvas.workspace.select(self._before)

    def paint(self, painter: QPainter) -> None:
        colour = QColor(self.canvas.style_.theme.selection)
        pen = QPen(colour, 1)
        pen.setCosmetic(True)
        painter.setPen(pen)
        colour.setAlpha(30)
        painter.setBrush(colour)
        painter.drawRect(self.rect)
