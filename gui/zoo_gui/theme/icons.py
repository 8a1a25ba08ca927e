"""Icons as a few strokes on a grid of 16 by 16, drawn in the colour of the theme at any size."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap

_STROKES: Mapping[str, str] = {
    # M x y moves, L x y draws a line, O x y r a circle, D x y r a dot; lines of one icon follow each other.
    "error": "O 8 8 6 M 5.5 5.5 L 10.5 10.5 M 10.5 5.5 L 5.5 10.5",
    "warning": "M 8 2 L 14.5 13.5 L 1.5 13.5 L 8 2 M 8 6.5 L 8 9.5 D 8 11.5 0.8",
    "note": "O 8 8 6 M 8 7.5 L 8 11 D 8 5 0.8",
    "success": "O 8 8 6 M 5 8 L 7.2 10.4 L 11.2 5.8",
    "star": "M 8 1.8 L 9.9 6 L 14.4 6.4 L 11 9.4 L 12 13.8 L 8 11.5 L 4 13.8 "
    "L 5 9.4 L 1.6 6.4 L 6.1 6 L 8 1.8",
    "search": "O 7 7 4.5 M 10.5 10.5 L 14 14",
    "add": "M 8 3 L 8 13 M 3 8 L 13 8",
    "remove": "M 3 8 L 13 8",
    "close": "M 4 4 L 12 12 M 12 4 L 4 12",
    "run": "M 4.5 2.5 L 13 8 L 4.5 13.5 L 4.5 2.5",
    "stop": "M 4 4 L 12 4 L 12 12 L 4 12 L 4 4",
    "up": "M 3.5 9.5 L 8 5 L 12.5 9.5",
    "down": "M 3.5 6 L 8 10.5 L 12.5 6",
    "right": "M 6 3.5 L 10.5 8 L 6 12.5",
    "reset": "M 3 3 L 3 7 L 7 7 M 3 7 L 5.2 4.6 L 8.5 3.6 L 11.8 5 L 13.2 8.4 "
    "L 11.8 11.8 L 8.4 13.2 L 5 11.8",
    "layer": "M 2.5 4 L 13.5 4 L 13.5 12 L 2.5 12 L 2.5 4 D 2.5 8 1.4 D 13.5 8 1.4",
    "block": "M 2 3 L 14 3 L 14 13 L 2 13 L 2 3 M 4.5 6 L 7.5 6 L 7.5 10 L 4.5 10 L 4.5 6 M 7.5 8 L 11.5 8",
    "repeat": "M 5 2.5 L 13.5 2.5 L 13.5 9 M 11.5 5 L 11.5 11 M 2.5 5 L 11.5 5 M 2.5 5 L 2.5 13.5 "
    "L 11.5 13.5 L 11.5 5",
    "scan": "M 2 8 L 14 8 M 11 5 L 14 8 L 11 11 M 2 3.5 L 2 12.5",
    "reuse": "M 3 5 L 12 5 L 9.5 2.5 M 13 11 L 4 11 L 6.5 13.5",
    "input": "M 2 3 L 2 13 M 2 8 L 10 8 M 7 5 L 10 8 L 7 11 O 12.5 8 1.5",
    "output": "M 14 3 L 14 13 M 3 8 L 13 8 M 10 5 L 13 8 L 10 11",
    "graph": "O 3.5 8 2 O 12.5 3.5 2 O 12.5 12.5 2 M 5.3 7.1 L 10.7 4.4 M 5.3 8.9 L 10.7 11.6",
    "file": "M 3.5 1.5 L 9.5 1.5 L 12.5 4.5 L 12.5 14.5 L 3.5 14.5 L 3.5 1.5 M 9.5 1.5 L 9.5 4.5 L 12.5 4.5",
    "folder": "M 1.5 3.5 L 6 3.5 L 7.5 5.5 L 14.5 5.5 L 14.5 13 L 1.5 13 L 1.5 3.5",
    "broken": "M 2.5 3 L 13.5 3 L 13.5 13 L 2.5 13 L 2.5 3 M 8.5 3 L 6.5 7 L 9.5 9 L 7.5 13",
    "wrench": "M 3 13 L 9 7 O 11 5 2.6 D 3 13 1",
}

NAMES = tuple(_STROKES)


def icon(name: str, colour: QColor) -> QIcon:
    """An icon of ``NAMES`` in a colour."""
    return _icon(name, colour.rgba())


@lru_cache(maxsize=256)
def _icon(name: str, rgba: int) -> QIcon:
    made = QIcon()
    for size in (16, 24, 32, 48):
        pixmap = _pixmap(name, QColor.fromRgba(rgba), size)
        made.addPixmap(pixmap)
        made.addPixmap(pixmap, QIcon.Mode.Selected)  # else Qt greys it in the chosen line of a list
    return made


def _pixmap(name: str, colour: QColor, size: int) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 16, size / 16)
    lines, dots = _paths(_STROKES[name])
    pen = QPen(colour, 1.4)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.drawPath(lines)
    painter.fillPath(dots, colour)
    painter.end()
    return pixmap


def _paths(strokes: str) -> tuple[QPainterPath, QPainterPath]:
    lines, dots = QPainterPath(), QPainterPath()
    words = iter(strokes.split())
    for word in words:
        point = QPointF(float(next(words)), float(next(words)))
        if word == "M":
            lines.moveTo(point)
        elif word == "L":
            lines.lineTo(point)
        else:
            radius = float(next(words))
            (lines if word == "O" else dots).addEllipse(point, radius, radius)
    return lines, dots
