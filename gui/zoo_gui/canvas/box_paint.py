"""Painting a box: its kind by its outline, its state by marks, less of it the smaller it is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPolygonF

from zoo_gui.canvas.geometry import HEADER, PADDING, inlet_at, outlet_at
from zoo_gui.canvas.marks import marked, paint_mark, paint_snowflake
from zoo_gui.canvas.picture import Inlet, Outlet
from zoo_gui.canvas.style import NAME_SIZES, READABLE, Style

if TYPE_CHECKING:
    from zoo_gui.canvas.box_item import BoxItem

ROUND = 7.0
LEAST = 7.5
"""Letters of so many pixels are read with effort, smaller ones are not."""


def paint_box(item: BoxItem, painter: QPainter, scale: float) -> None:
    """Paint a box at a scale."""
    box, style = item.box, item.style
    painter.setOpacity(0.6 if box.unused and not item.selected else 1.0)
    _paint_outline(item, painter, scale)
    if scale >= READABLE:
        _paint_text(item, painter)
    else:
        _paint_name(item, painter, scale)
    if scale >= READABLE / 3:
        for index, inlet in enumerate(box.inlets):
            _paint_port(painter, style, inlet_at(box, index), inlet, item.lit.get(inlet))
        for index, outlet in enumerate(box.outlets):
            _paint_port(painter, style, outlet_at(box, index), outlet, item.lit.get(outlet))
    painter.setOpacity(1.0)
    if box.frozen:
        with marked(painter, QPointF(1, 1), scale):
            paint_snowflake(painter, style)
    if box.problems:
        severity = "error" if any(p.severity == "error" for p in box.problems) else "warning"
        if severity == "error" or not box.unused or len(box.problems) > 1:
            with marked(painter, QPointF(item.outline.right() - 2, 1), scale):
                paint_mark(painter, style, severity)


def _paint_outline(item: BoxItem, painter: QPainter, scale: float) -> None:
    box, style, rect = item.box, item.style, item.outline
    pill = box.look in ("input", "state", "output")
    radius = rect.height() / 2 if pill else ROUND
    pen = style.border
    if box.look == "missing":
        pen = style.dashed
    elif box.look == "state":
        pen = style.state
    pen, selected = style.at(pen, scale), style.at(style.selected, scale)
    if item.found:
        painter.setPen(Qt.PenStyle.NoPen)
        glow = QColor(style.theme.selection)
        glow.setAlpha(70)
        painter.setBrush(glow)
        painter.drawRoundedRect(rect.adjusted(-6, -6, 6, 6), radius + 6, radius + 6)
    if box.look == "repeat":
        for step in (8, 4):
            painter.setPen(selected if item.selected else pen)
            painter.setBrush(style.pale)
            painter.drawRoundedRect(rect.translated(step, -step), radius, radius)
    painter.setPen(Qt.PenStyle.NoPen)
    plain = style.pale if pill or box.look == "reuse" else style.fill
    painter.setBrush(style.frosted if box.frozen else plain)
    painter.drawRoundedRect(rect, radius, radius)
    if box.look == "missing" or box.frozen:
        painter.setBrush(style.hatch if box.look == "missing" else style.frost)
        painter.drawRoundedRect(rect, radius, radius)
    if not pill:
        painter.fillPath(_stripe(rect, radius), style.category(box.category))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(selected if item.selected else pen)
    painter.drawRoundedRect(rect, radius, radius)
    if box.look in ("block", "scan") and scale >= READABLE / 3:
        painter.setPen(QPen(pen.color(), 1))
        painter.drawRoundedRect(rect.adjusted(3, 3, -3, -3), radius - 3, radius - 3)


def _stripe(rect: QRectF, radius: float) -> QPainterPath:
    """The strip along the top that has the colour of the category."""
    path = QPainterPath(QPointF(rect.left(), rect.top() + radius))
    path.arcTo(rect.left(), rect.top(), 2 * radius, 2 * radius, 180, -90)
    path.lineTo(rect.right() - radius, rect.top())
    path.arcTo(rect.right() - 2 * radius, rect.top(), 2 * radius, 2 * radius, 90, -90)
    path.cubicTo(
        rect.right(), rect.top() + 4, rect.right() - 3, rect.top() + 4, rect.right() - 7, rect.top() + 4
    )
    path.lineTo(rect.left() + 7, rect.top() + 4)
    path.cubicTo(
        rect.left() + 3, rect.top() + 4, rect.left(), rect.top() + 4, rect.left(), rect.top() + radius
    )
    return path


def _paint_text(item: BoxItem, painter: QPainter) -> None:
    box, style, theme = item.box, item.style, item.style.theme
    pill = box.look in ("input", "state", "output")
    left = PADDING + (4 if pill else 0)
    painter.setFont(style.title)
    painter.setPen(theme.node_text)
    painter.drawStaticText(QPointF(left, 5), item.title)
    painter.setFont(style.detail)
    painter.setPen(theme.node_detail)
    for at, name in item.lines:
        painter.drawStaticText(at, name)
    if not box.small:
        painter.setPen(QPen(theme.grid, 1))
        painter.drawLine(QPointF(6, HEADER), QPointF(item.outline.right() - 6, HEADER))
    if box.badge:
        painter.setFont(style.label)
        painter.setPen(theme.feedback if box.look in ("scan", "state") else theme.node_detail)
        right = item.outline.right() - PADDING - (4 if pill else 0) - item.badge_width
        painter.drawStaticText(QPointF(right, 6.5), item.badge)


def _paint_name(item: BoxItem, painter: QPainter, scale: float) -> None:
    """Paint the name alone, as large as it must be to be read from here; below the box if it has no room."""
    wished = min(NAME_SIZES, key=lambda size: abs(size - 10.5 / scale))
    least = min(NAME_SIZES, key=lambda size: abs(size - LEAST / scale))
    name = item.name_at(wished, least)
    painter.setFont(item.style.names[name.height])
    painter.setPen(item.style.theme.node_text)
    rect = item.outline
    down = (rect.height() - name.size.height()) / 2 + 2 if name.inside else rect.height()
    painter.drawStaticText(QPointF((rect.width() - name.size.width()) / 2, down), name.text)


def _paint_port(painter: QPainter, style: Style, at: QPointF, port: Inlet | Outlet, lit: bool | None) -> None:
    """A port: filled when something is wired, hollow when not, a ring when it need not be."""
    theme = style.theme
    colour, radius = theme.port, 4.0
    if lit is not None:
        colour, radius = (theme.fits, 6.0) if lit else (theme.misfit, 4.0)
    wired = port.wired if isinstance(port, Inlet) else port.read
    spare = port.optional if isinstance(port, Inlet) else port.on_demand
    if isinstance(port, Inlet) and port.more:
        painter.setPen(QPen(colour, 1.4))
        painter.drawLine(at - QPointF(3, 0), at + QPointF(3, 0))
        painter.drawLine(at - QPointF(0, 3), at + QPointF(0, 3))
        return
    painter.setPen(QPen(colour, 1.0 if spare and not wired else 1.6))
    painter.setBrush(QBrush(colour) if wired or lit else style.fill)
    if isinstance(port, Inlet) and port.back:
        painter.drawPolygon(QPolygonF([at + QPointF(-4, -4.5), at + QPointF(4, 0), at + QPointF(-4, 4.5)]))
    else:
        painter.drawEllipse(
            at, radius - (1 if spare and not wired else 0), radius - (1 if spare and not wired else 0)
        )
    if lit is False:
        painter.drawLine(at + QPointF(-3, -3), at + QPointF(3, 3))
        painter.drawLine(at + QPointF(-3, 3), at + QPointF(3, -3))
