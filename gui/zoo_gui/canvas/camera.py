"""What part of the canvas is in sight: panning, zooming, fitting."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QTransform
from PySide6.QtWidgets import QGraphicsView

NEAREST, FARTHEST = 3.0, 0.02
ACTUAL = 1.0


class Camera:
    """Moves a view over its scene."""

    def __init__(self, view: QGraphicsView) -> None:
        self._view = view

    @property
    def scale(self) -> float:
        """Pixels on the screen for one unit of the canvas."""
        return self._view.transform().m11()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom; what is at a place of the view stays there (its middle, when none is given)."""
        view = self._view
        scale = min(NEAREST, max(FARTHEST, self.scale * factor))
        place = QPointF(view.viewport().rect().center()) if at is None else at
        before = self.to_scene(place)
        view.setTransform(QTransform.fromScale(scale, scale))
        self.shift(place - self.from_scene(before))

    def shift(self, by: QPointF) -> None:
        """Move what is seen by so many pixels."""
        across, down = self._view.horizontalScrollBar(), self._view.verticalScrollBar()
        across.setValue(round(across.value() - by.x()))
        down.setValue(round(down.value() - by.y()))

    def fit(self, rect: QRectF) -> None:
        """Show all of a rectangle, as large as its text is meant to be at most."""
        port = self._view.viewport().rect()
        if rect.isEmpty() or port.isEmpty():
            return
        scale = min(port.width() / rect.width(), port.height() / rect.height(), ACTUAL)
        self._view.setTransform(QTransform.fromScale(max(scale, FARTHEST), max(scale, FARTHEST)))
        self._view.centerOn(rect.center())

    def to_scene(self, at: QPointF) -> QPointF:
        """A place of the view, on the canvas."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.map(at)

    def from_scene(self, at: QPointF) -> QPointF:
        """A place of the canvas, in the view."""
        return self._view.viewportTransform().map(at)

    @property
    def seen(self) -> QRectF:
        """The part of the canvas that is in sight."""
        rect = self._view.viewport().rect()
        return QRectF(self.to_scene(QPointF(rect.topLeft())), self.to_scene(QPointF(rect.bottomRight())))
