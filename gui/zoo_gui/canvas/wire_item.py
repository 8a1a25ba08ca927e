"""One wire on the canvas, with the shape of what flows through it in words."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPainterPathStroker, QPen, QStaticText
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from zoo_gui.canvas.marks import marked
from zoo_gui.canvas.picture import Line
from zoo_gui.canvas.style import LABEL, READABLE, Style, width

_stroker = QPainterPathStroker()
_stroker.setWidth(12)


class WireItem(QGraphicsRectItem):
    """A wire. ``words`` is where its label stands, None when it has no room or another wire has it.

    ``delay`` is where a wire back in time has its mark.
    """

    ground = -1.0
    """How high it lies: below the boxes."""

    def __init__(self, line: Line, style: Style) -> None:
        super().__init__()
        self.line, self.style = line, style
        self.selected = self.hovered = False
        self.words: QPointF | None = None
        self.delay: QPointF | None = None
        self.way = QPainterPath()
        self.chord = QLineF()
        """From its begin to its end, straight: what is seen of it from afar."""
        self._text: QStaticText | None = None
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(self.ground)

    def show_line(self, line: Line, style: Style) -> None:
        """Show another state of the wire, or draw it with another theme."""
        self.line, self.style, self._text = line, style, None
        self.update()

    def run(
        self, chord: QLineF, path: QPainterPath, words: QPointF | None, delay: QPointF | None = None
    ) -> None:
        """Take another way."""
        self.chord = chord
        self.words, self.delay = words, delay
        self._text = None
        self.way = path
        self.setRect(_around(path, words, self.line.label, delay))
        self.update()

    def shape(self) -> QPainterPath:
        return _stroker.createStroke(self.way)

    @property
    def middle(self) -> QPointF:
        """A place on the wire for words about it."""
        return self.way.pointAtPercent(0.5)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        scale, style = painter.worldTransform().m11(), self.style
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(style.at(self._pen(), scale))
        painter.drawPath(self.way)
        if self.delay is not None and scale >= READABLE / 3:
            with marked(painter, self.delay, scale):
                _paint_delay(painter, style)
        if self.words is not None and scale >= READABLE:
            if self._text is None:  # most wires of a large body are never near enough to be read
                self._text = QStaticText(self.line.label)
            painter.setFont(style.label)
            painter.setPen(style.theme.misfit if self.line.problem else style.theme.wire_text)
            painter.drawStaticText(self.words, self._text)

    def _pen(self) -> QPen:
        style = self.style
        if self.line.problem is not None:
            return style.wire_wrong_selected if self.selected else style.wire_wrong
        if self.selected:
            return style.wire_selected
        if self.hovered:
            return style.feedback_hovered if self.line.back else style.wire_hovered
        return style.feedback if self.line.back else style.wire


def _around(path: QPainterPath, words: QPointF | None, label: str, delay: QPointF | None) -> QRectF:
    around = path.controlPointRect().adjusted(-4, -4, 4, 4)
    if words is not None:
        around = around.united(QRectF(words.x(), words.y(), width(label, LABEL) + 4, 16))
    if delay is not None:
        around = around.united(QRectF(delay.x() - 23, delay.y() - 17, 46, 34))
    return around


def _paint_delay(painter: QPainter, style: Style) -> None:
    """The mark of one step of delay, as signal flow graphs have it."""
    plate = QRectF(-13, -9, 26, 18)
    painter.setPen(QPen(style.theme.feedback, 1.3))
    painter.setBrush(QBrush(style.theme.background))
    painter.drawRoundedRect(plate, 4, 4)
    painter.setFont(style.label)
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, "z⁻¹")
