"""Words on a plate over the drawing, as large on the screen at every scale, and never cut off by its edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QApplication

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

_LETTERS = 50
"""How wide a line is."""

_PADDING = QPointF(9, 6)
_INSET = (6, 6, -6, -6)


def paint_beside(painter: QPainter, canvas: Canvas, at: QPointF, text: str, border: QColor) -> None:
    """A sentence at the lower right of a place of the canvas, where the pointer leaves it free."""
    plate = _size(text)
    plate.moveTopLeft(canvas.camera.from_scene(at) + QPointF(16, 14))
    _paint(painter, canvas, plate, text, border)


def paint_above(painter: QPainter, canvas: Canvas, at: QPointF, text: str, border: QColor) -> None:
    """A sentence above a place of the canvas."""
    plate = _size(text)
    plate.moveCenter(canvas.camera.from_scene(at) - QPointF(0, plate.height() / 2 + 10))
    _paint(painter, canvas, plate, text, border)


def _size(text: str) -> QRectF:
    metrics = QFontMetricsF(QApplication.font())
    room = QRectF(0, 0, _LETTERS * metrics.averageCharWidth(), 40 * metrics.height())
    words = metrics.boundingRect(room, Qt.TextFlag.TextWordWrap, text)
    return QRectF(0, 0, words.width() + 2 * _PADDING.x() + 1, words.height() + 2 * _PADDING.y())


def _paint(painter: QPainter, canvas: Canvas, plate: QRectF, text: str, border: QColor) -> None:
    theme, view = canvas.style_.theme, QRectF(canvas.viewport().rect()).adjusted(*_INSET)
    plate.translate(min(0.0, view.right() - plate.right()), min(0.0, view.bottom() - plate.bottom()))
    plate.translate(max(0.0, view.left() - plate.left()), max(0.0, view.top() - plate.top()))
    painter.save()
    painter.resetTransform()
    painter.setFont(QApplication.font())
    painter.setPen(QPen(border, 1.2))
    painter.setBrush(theme.panel)
    plate = QRectF(plate.toAlignedRect()).adjusted(0.5, 0.5, -0.5, -0.5)  # a border between pixels is blurred
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(theme.text)
    inner = plate.adjusted(_PADDING.x(), _PADDING.y(), 1 - _PADDING.x(), -_PADDING.y())
    painter.drawText(inner, Qt.TextFlag.TextWordWrap, text)
    painter.restore()
