"""The whole body in a corner, and the part of it that is in sight."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent, QTransform
from PySide6.QtWidgets import QWidget

from zoo_gui.canvas.overview import Overview
from zoo_gui.canvas.view import Canvas


class Minimap(QWidget):
    """Shows where one is; a press or drag goes elsewhere."""

    def __init__(self, canvas: Canvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Overview of the canvas")
        self.setMinimumSize(120, 80)
        self._canvas = canvas
        self._overview = Overview(canvas.scene_)
        self._picture: QPixmap | None = None
        self._shown: object = None
        canvas.seen_changed.connect(self.update)
        canvas.drawn.connect(self._forget)

    def sizeHint(self) -> QSize:
        return QSize(220, 140)

    def _forget(self) -> None:
        self._picture = None
        self.update()

    def _way(self) -> QTransform:
        """From the canvas to this widget."""
        content = self._canvas.scene_.content().adjusted(-60, -60, 60, 60)
        scale = min(self.width() / content.width(), self.height() / content.height(), 0.4)
        way = QTransform()
        way.translate(self.width() / 2, self.height() / 2)
        way.scale(scale, scale)
        way.translate(-content.center().x(), -content.center().y())
        return way

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._forget()

    def paintEvent(self, event: QPaintEvent) -> None:
        canvas, style = self._canvas, self._canvas.style_
        painter = QPainter(self)
        if self._picture is None:
            self._picture = QPixmap(self.size() * self.devicePixelRatioF())
            self._picture.setDevicePixelRatio(self.devicePixelRatioF())
            self._picture.fill(style.theme.background)
            inner = QPainter(self._picture)
            inner.setTransform(self._way())
            self._overview.forget()
            self._overview.paint(inner, style)
            inner.end()
        painter.drawPixmap(0, 0, self._picture)
        seen = self._way().mapRect(canvas.camera.seen).intersected(QRectF(self.rect()).adjusted(1, 1, -2, -2))
        painter.setPen(QPen(style.theme.selection, 1.4))
        pale = QColor(style.theme.selection)
        pale.setAlpha(28)
        painter.setBrush(pale)
        painter.drawRect(seen)
        painter.end()

    def _go(self, at: QPointF) -> None:
        inverse, _ = self._way().inverted()
        self._canvas.centerOn(inverse.map(at))
        self._canvas.seen_changed.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._go(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())
