"""One box on the canvas.

It paints everything of its own, ports and their names too: an item for each would cost more than all else.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from zoo_gui.canvas.box_paint import paint_box
from zoo_gui.canvas.geometry import REACH, inlet_at, outlet_at, outline
from zoo_gui.canvas.picture import Box, Inlet, Outlet
from zoo_gui.canvas.style import DETAIL, LABEL, TITLE, Style, width

MARGIN = 14.0
"""How far badges and stacked sheets stand out."""


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
        self.setRect(self.outline.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self.title = _text(box.title)
        self.detail = _text(box.detail)
        self.badge = _text(box.badge)
        self.badge_width = width(box.badge, LABEL) if box.badge else 0.0
        self.title_width, self.detail_width = width(box.title, TITLE, True), width(box.detail, DETAIL)
        self.names: list[tuple[QPointF, QStaticText]] = []
        if not box.small:
            for index, inlet in enumerate(box.inlets):
                self.names.append((inlet_at(box, index) + QPointF(11, -8), _text(inlet.label)))
            for index, outlet in enumerate(box.outlets):
                across = width(outlet.label, DETAIL) + 11
                name = _text(outlet.label)
                self.names.append((outlet_at(box, index) + QPointF(-across, -8), name))
        self.update()

    def set_style(self, style: Style) -> None:
        """Draw with another theme."""
        self.style = style
        self.show_box(self.box)

    def inlet_position(self, index: int) -> QPointF:
        """Where an inlet is on the canvas."""
        return self.pos() + inlet_at(self.box, index)

    def outlet_position(self, index: int) -> QPointF:
        """Where an outlet is on the canvas."""
        return self.pos() + outlet_at(self.box, index)

    def port_at(self, at: QPointF) -> Inlet | Outlet | None:
        """The port at a place on the canvas."""
        near = at - self.pos()
        for index, inlet in enumerate(self.box.inlets):
            if _close(near, inlet_at(self.box, index)):
                return inlet
        for index, outlet in enumerate(self.box.outlets):
            if _close(near, outlet_at(self.box, index)):
                return outlet
        return None

    @property
    def frame(self) -> QRectF:
        """The box on the canvas."""
        return self.outline.translated(self.pos())

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        paint_box(self, painter, painter.worldTransform().m11())


def _close(a: QPointF, b: QPointF) -> bool:
    return abs(a.x() - b.x()) <= REACH and abs(a.y() - b.y()) <= REACH


def _text(text: str) -> QStaticText:
    laid_out = QStaticText(text)
    laid_out.setTextFormat(Qt.TextFormat.PlainText)
    laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
    return laid_out
