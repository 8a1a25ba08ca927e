"""How large a box is, and where its ports are; all on the grid, so that straight wires are possible."""

from __future__ import annotations

from math import ceil
from weakref import WeakKeyDictionary

from PySide6.QtCore import QPointF, QRectF

from zoo_gui.canvas.picture import Box
from zoo_gui.canvas.style import DETAIL, LABEL, TITLE, width
from zoo_gui.layout import Extent

HEADER = 40
"""The name and the line below it."""

ROW = 20
PADDING = 12
REACH = 9.0
"""How near to a port a press means it."""


_extents: WeakKeyDictionary[Box, Extent] = WeakKeyDictionary()
"""What has been measured, as long as somebody has the box."""


def extent(box: Box) -> Extent:
    """The size of a box."""
    found = _extents.get(box)
    if found is None:
        found = _extents[box] = _measured(box)
    return found


def _measured(box: Box) -> Extent:
    head = width(box.title, TITLE, bold=True) + (width(box.badge, LABEL) + 22 if box.badge else 0)
    wide = max(head, width(box.detail, DETAIL)) + 2 * PADDING
    if box.small:
        return Extent(_up(wide + (8 if box.look in ("input", "state", "output") else 0)), HEADER)
    left = max((width(inlet.label, DETAIL) for inlet in box.inlets), default=0)
    right = max((width(outlet.label, DETAIL) for outlet in box.outlets), default=0)
    rows = max(sum(not inlet.more for inlet in box.inlets), len(box.outlets))
    return Extent(_up(max(wide, left + right + 2 * PADDING + 24)), HEADER + ROW * rows + 10)


def _up(value: float) -> float:
    return float(ceil(value / 20) * 20)


def before_label(box: Box) -> float:
    """The room between an outlet and the words behind it: the sheets of a stack stand out."""
    return 16.0 if box.look == "repeat" else 8.0


def inlet_at(box: Box, index: int) -> QPointF:
    """Where an inlet is, from the box's top left corner."""
    if box.small:
        return QPointF(0, HEADER / 2)
    if box.inlets[index].more:
        return QPointF(0, extent(box).height - 4)
    return QPointF(0, HEADER + ROW * index + ROW / 2)


def outlet_at(box: Box, index: int) -> QPointF:
    """Where an outlet is, from the box's top left corner."""
    size = extent(box)
    return QPointF(size.width, HEADER / 2 if box.small else HEADER + ROW * index + ROW / 2)


def outline(box: Box) -> QRectF:
    """The box itself, without what may stand out from it."""
    return QRectF(0, 0, *extent(box))
