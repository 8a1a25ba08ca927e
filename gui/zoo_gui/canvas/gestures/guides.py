"""Snapping: to the grid, and to the edges, middles and ports of the boxes around."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QLineF, QPointF, QRectF

from zoo_gui.layout.data import GRID

NEAR = 7.0
"""So near, edges attract each other."""

FAR = 900.0
"""So far away a box no longer counts."""


def snapped(
    frame: QRectF, levels: Sequence[float], others: Iterable[tuple[QRectF, Sequence[float]]]
) -> tuple[QPointF, list[QLineF]]:
    """Where to put the top left corner of a box, and lines that show why.

    ``levels`` are the heights of its ports below its top; each of the ``others`` comes with the heights of
    its ports on the canvas, so that wires become straight.
    """
    near = [(rect, ports) for rect, ports in others if _close(rect, frame)]
    x, vertical = _along(
        [frame.left(), frame.center().x(), frame.right()],
        [(at, rect) for rect, _ in near for at in (rect.left(), rect.center().x(), rect.right())],
    )
    y, level = _along(
        [frame.top(), frame.bottom(), *(frame.top() + each for each in levels)],
        [(at, rect) for rect, ports in near for at in (rect.top(), rect.bottom(), *ports)],
    )
    left = round((frame.left() + x) / GRID) * GRID if vertical is None else frame.left() + x
    top = round((frame.top() + y) / GRID) * GRID if level is None else frame.top() + y
    place = QPointF(round(left / GRID) * GRID, round(top / GRID) * GRID)
    moved = QRectF(place, frame.size())
    lines: list[QLineF] = []
    if vertical is not None and place.x() == left:
        at, rect = vertical
        lines.append(QLineF(at, min(rect.top(), moved.top()), at, max(rect.bottom(), moved.bottom())))
    if level is not None and place.y() == top:
        at, rect = level
        lines.append(QLineF(min(rect.left(), moved.left()), at, max(rect.right(), moved.right()), at))
    return place, lines


def _along(
    own: Sequence[float], others: Sequence[tuple[float, QRectF]]
) -> tuple[float, tuple[float, QRectF] | None]:
    """How far to move so that one of the own heights is one of the others'."""
    best: tuple[float, tuple[float, QRectF]] | None = None
    for at, rect in others:
        for mine in own:
            shift = at - mine
            if abs(shift) <= NEAR and (best is None or abs(shift) < abs(best[0])):
                best = (shift, (at, rect))
    return best or (0.0, None)


def _close(a: QRectF, b: QRectF) -> bool:
    across = max(a.left() - b.right(), b.left() - a.right())
    down = max(a.top() - b.bottom(), b.top() - a.bottom())
    return max(across, down) < FAR
