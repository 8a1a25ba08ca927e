"""Words about what is under the pointer, and about what is selected while labels are too small to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QToolTip

from zoo.wires import End
from zoo_gui.canvas.picture import Box, Inlet, Outlet
from zoo_gui.canvas.plate import paint_above
from zoo_gui.canvas.style import READABLE
from zoo_gui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

_FROZEN = "frozen: training leaves its weights as they are"

_NEAR = 120.0
"""Pixels that the words about a wire may stand above its middle."""

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
        theme = canvas.style_.theme
        top = wire.way.boundingRect().top()
        far = (wire.middle.y() - top) * canvas.camera.scale > _NEAR
        at = wire.middle if far else QPointF(wire.middle.x(), top)  # above all of it, if that is not far away
        if problem is not None:
            words = f"{problem.message}\nRight button: what would make it fit"
            paint_above(painter, canvas, at, words, theme.misfit)
        elif wire.line.label and unread:
            paint_above(painter, canvas, at, wire.line.label, theme.selection)
