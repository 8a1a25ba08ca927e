"""One box on the canvas.

It paints everything of its own, ports and their names too: an item for each would cost more than all else.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from zoo_gui.canvas.box_paint import paint_box
from zoo_gui.canvas.geometry import PADDING, REACH, inlet_at, outlet_at, outline
from zoo_gui.canvas.picture import Box, Inlet, Line, Outlet
from zoo_gui.canvas.style import DETAIL, LABEL, NAME_SIZES, TITLE, Style, width

MARGIN = 14.0
"""How far badges and stacked sheets stand out."""


BESIDE = 110.0
"""By so much a name below a box may be wider than that: columns are further apart."""


class Name(NamedTuple):
    """A name that is read from further away: in letters of a height, in the box or below it."""

    text: QStaticText
    height: int
    size: QSizeF
    inside: bool


class BoxItem(QGraphicsRectItem):
    """A box. ``selected``, ``found``, ``lit`` (whether a port fits the wire being drawn) are for painting."""

    ground = 0.0
    """How high it lies, unless it is selected."""

    def __init__(self, box: Box, style: Style) -> None:
        super().__init__()
        self.style = style
        self.selected = False
        self.found = False
        self.lit: dict[Inlet | Outlet, bool] = {}
        self.setPen(Qt.PenStyle.NoPen)
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemUsesExtendedStyleOption, False)
        self.show_box(box)

    def show_box(self, box: Box) -> None:
        """Show another state of the box."""
        self.box = box
        self.outline = outline(box)
        self._place()
        self.setRect(self.outline.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self._names: dict[tuple[int, int], Name] = {}
        self._lines: list[tuple[QPointF, QStaticText]] | None = None
        self.badge_width = width(box.badge, LABEL) if box.badge else 0.0
        self.update()

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.show_box(self.box)

    @property
    def title(self) -> QStaticText:
        """The name."""
        return _text(self.box.title, TITLE)

    @property
    def badge(self) -> QStaticText:
        """The word in the corner."""
        return _text(self.box.badge, LABEL)

    @property
    def lines(self) -> list[tuple[QPointF, QStaticText]]:
        """The second line and the names of the ports, with their places."""
        if self._lines is None:  # most boxes of a large body are never near enough to be read
            self._lines = [*self._laid_out()]
        return self._lines

    def _laid_out(self) -> Iterator[tuple[QPointF, QStaticText]]:
        box = self.box
        left = PADDING + (4 if box.look in ("input", "state", "output") else 0)
        yield QPointF(left, 20.5), _text(box.detail, DETAIL)
        if box.small:
            return
        for index, inlet in enumerate(box.inlets):
            yield inlet_at(box, index) + QPointF(11, -8), _text(inlet.label, DETAIL)
        for index, outlet in enumerate(box.outlets):
            across = width(outlet.label, DETAIL) + 11
            yield outlet_at(box, index) + QPointF(-across, -8), _text(outlet.label, DETAIL)

    def name_at(self, wished: int, least: int) -> Name:
        """The name in letters as high as wished, or lower, so that it is no wider than the box.

        Where it does not fit in letters of the least height, it stands below the box, and may be wider.
        """
        if (wished, least) not in self._names:
            self._names[wished, least] = self._fitting(wished, least)
        return self._names[wished, least]

    def _fitting(self, wished: int, least: int) -> Name:
        title, room = self.box.title, self.outline.width() - 8
        heights = [height for height in reversed(NAME_SIZES) if least <= height <= wished] or [wished]
        fits = (size for size in heights if _metrics(self.style, size).horizontalAdvance(title) <= room)
        found = next(fits, None)
        height = heights[-1] if found is None else found
        metrics = _metrics(self.style, height)
        text = metrics.elidedText(title, Qt.TextElideMode.ElideRight, room if found else room + BESIDE)
        size = QSizeF(metrics.horizontalAdvance(text), metrics.height())
        return Name(_text(text, height), height, size, inside=found is not None)

    def put(self, x: float, y: float) -> None:
        """Put its corner at a place of the canvas."""
        self.setPos(x, y)
        self._place()

    def _place(self) -> None:
        """Note where it is, which thousands of wires and an overview ask."""
        self._at = self.pos()
        self.spot = (self._at.x(), self._at.y())
        """Where its corner is on the canvas."""
        self.frame = self.outline.translated(self._at)
        """The box on the canvas."""

    def begin_of(self, line: Line) -> QPointF:
        """Where a wire begins on the canvas that reads this box."""
        for index, outlet in enumerate(self.box.outlets):
            if outlet.source == line.source:
                return self.outlet_position(index)
        return self.outlet_position(0)

    def finish_of(self, line: Line) -> QPointF:
        """Where a wire ends on the canvas that this box reads."""
        for index, inlet in enumerate(self.box.inlets):
            if inlet.end is line.end or inlet.end == line.end:
                return self.inlet_position(index)
        return self.inlet_position(0)

    def inlet_position(self, index: int) -> QPointF:
        """Where an inlet is on the canvas."""
        return self._at + inlet_at(self.box, index)

    def outlet_position(self, index: int) -> QPointF:
        """Where an outlet is on the canvas."""
        return self._at + outlet_at(self.box, index)

    def port_at(self, at: QPointF) -> Inlet | Outlet | None:
        """The port at a place on the canvas."""
        near = at - self._at
        for index, inlet in enumerate(self.box.inlets):
            if _close(near, inlet_at(self.box, index)):
                return inlet
        for index, outlet in enumerate(self.box.outlets):
            if _close(near, outlet_at(self.box, index)):
                return outlet
        return None

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint_box(self, painter, painter.worldTransform().m11())


def _metrics(style: Style, height: int) -> QFontMetricsF:
    return QFontMetricsF(style.names[height])


def _close(a: QPointF, b: QPointF) -> bool:
    return abs(a.x() - b.x()) <= REACH and abs(a.y() - b.y()) <= REACH


@lru_cache(maxsize=8192)
def _text(text: str, height: int) -> QStaticText:  # noqa: ARG001 - one for each height: it is laid out for one
    """A text, laid out when it is first painted."""
    laid_out = QStaticText(text)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    return laid_out
