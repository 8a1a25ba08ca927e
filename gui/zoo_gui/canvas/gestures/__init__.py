"""Gestures: what a press on the canvas begins, each an object of its own.

gesture.py says what one is; pan.py, band.py (selecting), move.py with guides.py (snapping), wire.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QMouseEvent

from zoo_gui.canvas.box_item import BoxItem
from zoo_gui.canvas.gestures.band import Band
from zoo_gui.canvas.gestures.gesture import Gesture
from zoo_gui.canvas.gestures.move import MoveBoxes
from zoo_gui.canvas.gestures.pan import Pan
from zoo_gui.canvas.gestures.wire import DrawWire
from zoo_gui.canvas.picture import Inlet, Outlet
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.selection import Chosen

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

GRIP = 26.0
"""So near to its end, a wire is taken by it."""


def begin(canvas: Canvas, at: QPointF, event: QMouseEvent) -> Gesture | None:
    """The gesture that a press begins."""
    keys = event.modifiers()
    adds = bool(keys & (Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier))
    if event.button() == Qt.MouseButton.MiddleButton or canvas.space_held:
        return Pan(canvas, at)
    if event.button() != Qt.MouseButton.LeftButton:
        return None
    target = canvas.scene_.target_at(at)
    if target is None:
        if not adds:
            canvas.workspace.select(())
        return Band(canvas, at, adds=adds)
    if isinstance(target, WireItem):
        _choose(canvas, target.line.end, adds=adds)
        return _take_end(canvas, target, at)
    item, port = target
    if port is not None:
        return _from_port(canvas, item, port, at)
    _choose(canvas, item.box.pick, adds=adds)
    return MoveBoxes(canvas, item, at)


def _choose(canvas: Canvas, chosen: Chosen, *, adds: bool) -> None:
    selection = canvas.workspace.selection
    if adds:
        canvas.workspace.select(selection ^ {chosen})
    elif chosen not in selection:
        canvas.workspace.select([chosen])


def _from_port(canvas: Canvas, item: BoxItem, port: Inlet | Outlet, at: QPointF) -> Gesture:
    if isinstance(port, Inlet) and port.wired and not port.more and port.end in canvas.scene_.wires:
        return _move_stop(canvas, canvas.scene_.wires[port.end], at)
    return DrawWire(canvas, item, port, at)


def _take_end(canvas: Canvas, wire: WireItem, at: QPointF) -> Gesture | None:
    scene = canvas.scene_
    to_stop, to_start = at - scene.finish_of(wire), at - scene.begin_of(wire)
    if to_stop.manhattanLength() < GRIP:
        return _move_stop(canvas, wire, at)
    if to_start.manhattanLength() < GRIP:
        stop = scene.boxes[wire.line.stop]
        inlet = next(one for one in stop.box.inlets if one.end == wire.line.end)
        return DrawWire(canvas, stop, inlet, at, wire)
    return None


def _move_stop(canvas: Canvas, wire: WireItem, at: QPointF) -> Gesture:
    start = canvas.scene_.boxes[wire.line.start]
    outlet = next(one for one in start.box.outlets if one.source == wire.line.source)
    return DrawWire(canvas, start, outlet, at, wire)


__all__ = ["Gesture", "begin"]
