"""Words about what is under the pointer, and about what is selected while labels are too small to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip

from zoo.wires import End
from zoo_gui.canvas.box_paint import READABLE
from zoo_gui.canvas.picture import Box, Inlet, Outlet
from zoo_gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

_FROZEN = "frozen: training leaves its weights as they are"

MOST = 12
"""Selected wires that are spoken of at once."""


def show(canvas: Canvas, event: QEvent) -> bool:
    """Show the tip for what is under the pointer."""
    assert isinstance(event, QHelpEvent)
    target = canvas.scene_.target_at(canvas.tip_position(event.pos()))
    if target is None:
        text = ""
    elif isinstance(target, WireItem):
        text = of_wire(target)
    else:
        item, port = target
        text = of_box(item.box) if port is None else of_port(canvas, port)
    if text:
        QToolTip.showText(event.globalPos(), text, canvas)
    else:
        QToolTip.hideText()
    return True


def of_wire(wire: WireItem) -> str:
    """What flows through a wire, or why it does not fit."""
    line = wire.line
    words = [f"{line.source} → {line.end}", line.label]
    if line.problem is not None:
        words += [line.problem.message, line.problem.remedy]
    return "\n".join(word for word in words if word)


def of_box(box: Box) -> str:
    """What is the matter with a box, beside its name and layer."""
    told = [_FROZEN if box.frozen == box.title else f"frozen with {box.frozen}"] if box.frozen else []
    told += [f"{problem.severity}: {problem.message}" for problem in box.problems[:6]]
    if len(box.problems) > 6:
        told.append(f"and {len(box.problems) - 6} more")
    return "\n".join([f"{box.title}: {box.detail}" if box.detail else box.title, *told])


def of_port(canvas: Canvas, port: Inlet | Outlet) -> str:
    """A port's name and what it carries."""
    if isinstance(port, Outlet):
        demand = "computed only when something reads it" if port.on_demand else ""
        return "\n".join(word for word in (f"{port.label}: {port.type or 'not known yet'}", demand) if word)
    if port.more:
        return f"{port.port}: takes another wire"
    wire = canvas.scene_.wires.get(port.end)
    carried = f": {wire.line.label}" if wire is not None and wire.line.label else ""
    need = "" if port.wired else "\nneed not be wired" if port.optional else "\nnot wired yet"
    return f"{port.label or port.port}{carried}{need}"


def paint_selected(canvas: Canvas, painter: QPainter) -> None:
    """Paint the words of selected wires that are wrong, or whose label is not there to read."""
    chosen = [end for end in canvas.workspace.selection if isinstance(end, End)][:MOST]
    for end in chosen:
        wire = canvas.scene_.wires.get(end)
        if wire is None:
            continue
        problem = wire.line.problem
        unread = wire.words is None or canvas.camera.scale < READABLE
        if problem is not None or (wire.line.label and unread):
            _plate(
                canvas, painter, wire.middle, problem.message if problem else wire.line.label, bool(problem)
            )


def _plate(canvas: Canvas, painter: QPainter, at: QPointF, text: str, wrong: bool) -> None:
    style = canvas.style_
    painter.save()
    painter.resetTransform()
    painter.setFont(style.detail)
    room = QRectF(0, 0, 320, 400)
    size = QFontMetricsF(style.detail).boundingRect(room, Qt.TextFlag.TextWordWrap, text).size()
    plate = QRectF(QPointF(), size).adjusted(0, 0, 16, 10)
    plate.moveCenter(canvas.camera.from_scene(at) + QPointF(0, -plate.height() / 2 - 10))
    painter.setPen(QPen(style.theme.misfit if wrong else style.theme.selection, 1.2))
    painter.setBrush(style.theme.panel)
    painter.drawRoundedRect(plate, 5, 5)
    painter.setPen(style.theme.text)
    painter.drawText(plate.adjusted(8, 5, -8, -5), Qt.TextFlag.TextWordWrap, text)
    painter.restore()
