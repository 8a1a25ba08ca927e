"""A pane onto a scene: what part of it is in sight, and how large."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from zoo_gui.canvas.camera import Camera
from zoo_gui.canvas.scene import Scene

AROUND_ALL = 32.0
AROUND_SOME = 80.0
"""Left free around what is fitted into the pane."""


class Pane(QGraphicsView):
    """Shows a part of a scene. ``seen_changed`` tells that it is another part.

    Until a person has looked elsewhere, all of the scene stays in sight.
    """

    seen_changed = Signal()

    def __init__(self, scene: Scene, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.scene_ = scene
        self.camera = Camera(self)
        self.whole = True
        """Whether all is to stay in sight."""
        self.setScene(scene)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontAdjustForAntialiasing)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)

    def fit(self) -> None:
        """Show all of the scene."""
        self.whole = True
        around = AROUND_ALL
        self.camera.fit(self.scene_.drawn().adjusted(-around, -around, around, around))
        self.seen_changed.emit()

    def fit_rect(self, rect: QRectF) -> None:
        """Show all of a rectangle."""
        self.whole = False
        around = AROUND_SOME
        self.camera.fit(rect.adjusted(-around, -around, around, around))
        self.seen_changed.emit()

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom; what is at a place of the pane stays there (its middle, when none is given)."""
        self.whole = False
        self.camera.zoom_by(factor, at)
        self.seen_changed.emit()

    def zoom_to(self, scale: float) -> None:
        """Zoom to so many pixels for one unit."""
        self.zoom_by(scale / self.camera.scale)

    def shift(self, pixels: QPointF) -> None:
        """Move what is seen by so many pixels."""
        self.whole = False
        self.camera.shift(pixels)
        self.seen_changed.emit()

    def bring_into_sight(self, frame: QRectF, margin: float = 0.0, least: float = 0.0) -> None:
        """Show a rectangle, so that so much is free around it, at this scale or a larger one."""
        self.whole = False
        if self.camera.scale < least:
            self.camera.zoom_by(least / self.camera.scale)
        if not self.camera.seen.adjusted(margin, margin, -margin, -margin).contains(frame):
            self.centerOn(frame.center())
        self.seen_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.whole:
            self.fit()
        self.seen_changed.emit()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        self.viewport().update()
