"""The ways of wires, as paths."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainterPath

from zoo_gui.layout.data import Passage

TURN = 50.0


def direct(start: QPointF, stop: QPointF, stub: float = 0.0) -> QPainterPath:
    """A curve from port to port that goes straight for ``stub`` first."""
    path = QPainterPath(start)
    if stub and stop.x() - start.x() > stub + 20:
        start = start + QPointF(stub, 0)
        path.lineTo(start)
    _bend(path, start, stop)
    return path


def through(start: QPointF, stop: QPointF, bend: float, passages: Sequence[Passage]) -> QPainterPath:
    """A curve that passes columns where the layout has left room for it."""
    path = QPainterPath(start)
    at = QPointF(max(bend, start.x()), start.y())
    path.lineTo(at)
    for left, right, y in passages:
        to = QPointF(left, y)
        _bend(path, at, to)
        at = QPointF(right, y)
        path.lineTo(at)
    turned = QPointF(min(stop.x(), at.x() + TURN), stop.y())
    _bend(path, at, turned)
    path.lineTo(stop)
    return path


def around(start: QPointF, stop: QPointF, right: float, left: float, lane: float) -> QPainterPath:
    """Back to the left, below everything: down at ``right``, along at ``lane``, up at ``left``."""
    corners = [
        start,
        QPointF(right, start.y()),
        QPointF(right, lane),
        QPointF(left, lane),
        QPointF(left, stop.y()),
        stop,
    ]
    path = QPainterPath(start)
    for before, corner, after in zip(corners, corners[1:], corners[2:], strict=False):
        path.lineTo(_towards(corner, before))
        path.quadTo(corner, _towards(corner, after))
    path.lineTo(stop)
    return path


def _towards(corner: QPointF, other: QPointF, radius: float = 10.0) -> QPointF:
    way = other - corner
    length = abs(way.x()) + abs(way.y())  # the ways are level or upright
    return corner + way * min(1.0, radius / length) if length else corner


def _bend(path: QPainterPath, start: QPointF, stop: QPointF) -> None:
    if start.y() == stop.y():
        path.lineTo(stop)
        return
    across = stop.x() - start.x()
    reach = across / 2 if across > 0 else min(160.0, 40 - across / 2)
    path.cubicTo(start + QPointF(reach, 0), stop - QPointF(reach, 0), stop)
