"""Marks on boxes and wires: what is frozen, what is wrong; from afar they are larger."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF, QTransform

from zoo_gui.canvas.style import READABLE, Style

_MOST = 1.6
"""By so much marks grow from afar; boxes and wires leave room for no more."""


@contextmanager
def marked(painter: QPainter, place: QPointF, scale: float) -> Generator[None]:
    """Paint a mark at a place: from afar larger, as far as there is room around it."""
    painter.save()
    painter.translate(place)
    larger = min(max(READABLE / scale, 1.0), _MOST)
    painter.scale(larger, larger)
    yield
    painter.restore()


def paint_snowflake(painter: QPainter, style: Style) -> None:
    """The mark of what is frozen: six arms with two twigs each, on a disc."""
    painter.setPen(QPen(style.theme.note, 1.2))
    painter.setBrush(style.fill)
    painter.drawEllipse(QPointF(), 9, 9)
    painter.setPen(style.ice)
    painter.drawPath(_SNOWFLAKE)


def _snowflake() -> QPainterPath:
    path = QPainterPath()
    for arm in range(6):
        turned = QTransform().rotate(60 * arm)
        for begin, end in (((0, 0), (0, -6.5)), ((0, -4), (2, -6)), ((0, -4), (-2, -6))):
            path.moveTo(turned.map(QPointF(*begin)))
            path.lineTo(turned.map(QPointF(*end)))
    return path


_SNOWFLAKE = _snowflake()


def paint_mark(painter: QPainter, style: Style, severity: str) -> None:
    """The mark of a problem: a disc with a cross for an error, a triangle with a stroke for a warning."""
    theme = style.theme
    painter.setPen(QPen(theme.node, 1.5))
    painter.setBrush(theme.severity(severity))
    if severity == "error":
        painter.drawEllipse(QPointF(), 8, 8)
        painter.setPen(QPen(theme.node, 1.8))
        painter.drawLine(QPointF(-3, -3), QPointF(3, 3))
        painter.drawLine(QPointF(-3, 3), QPointF(3, -3))
        return
    painter.drawPolygon(QPolygonF([QPointF(0, -9), QPointF(9, 7), QPointF(-9, 7)]))
    painter.setPen(QPen(theme.node, 2))
    painter.drawLine(QPointF(0, -3.5), QPointF(0, 2))
    painter.drawPoint(QPointF(0, 4.8))
