"""The menu at the pointer: what can be done with what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QMenu

from zoo_gui import actions
from zoo_gui.canvas import carrying, doing, making, wiring
from zoo_gui.canvas.adapters import Adapter, adapters
from zoo_gui.canvas.drops import add_box
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.canvas.wire_list import ask_wire
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


def open_at(canvas: Canvas, at: QPointF, screen: QPoint) -> None:
    """Open the menu for what is at a place."""
    menu = menu_for(canvas, at)
    menu.popup(screen)


def menu_for(canvas: Canvas, at: QPointF) -> QMenu:
    """The menu for what is at a place, which becomes the selection unless it is part of it."""
    menu = QMenu(canvas)
    menu.aboutToHide.connect(menu.deleteLater)
    target = canvas.scene_.target_at(at)
    workspace = canvas.workspace
    if isinstance(target, WireItem):
        workspace.select([target.line.end])
        _of_wire(canvas, menu, target, at)
    elif target is not None:
        pick = target[0].box.pick
        if pick not in workspace.selection:
            workspace.select([pick])
        _of_box(canvas, menu)
    else:
        menu.addAction("Add here…", lambda: doing.quick_add(canvas, at))
        menu.addAction("New block", lambda: making.new_block(canvas))
        menu.addAction("New input", lambda: making.new_input(canvas))
        menu.addAction("New output", lambda: making.new_output(canvas))
        menu.addSeparator()
        menu.addAction("Paste here", lambda: carrying.paste(canvas, at))
        menu.addAction("Select all", lambda: actions.select_all(workspace))
        menu.addSeparator()
        menu.addAction("Lay out all", canvas.layout_all)
        menu.addAction("Fit", canvas.fit)
    return menu


def _of_wire(canvas: Canvas, menu: QMenu, wire: WireItem, at: QPointF) -> None:
    workspace, end = canvas.workspace, wire.line.end
    if wire.line.problem is not None:
        for adapter in fitting(canvas, wire):
            menu.addAction(f"Insert {adapter}", lambda adapter=adapter: insert_adapter(canvas, adapter))
        menu.addSeparator()

    def disconnect() -> None:
        workspace.perform(wiring.disconnect(workspace.graph, workspace.scope, end, canvas.layer))

    if not wire.line.back:
        menu.addAction("Insert…", lambda: doing.insert_into(canvas, wire.line, at))
    menu.addAction("Disconnect", disconnect)


def fitting(canvas: Canvas, wire: WireItem) -> list[Adapter]:
    """The layers that would make a wire fit."""
    workspace, registry = canvas.workspace, canvas.registry
    if registry is None or workspace.resolution is None or not workspace.fresh:
        return []
    return adapters(workspace.resolution, workspace.scope, wire.line.end, registry)


def insert_adapter(canvas: Canvas, adapter: Adapter) -> None:
    """Put an adapter into its wire, and select it."""
    add_box(canvas, (adapter.name, adapter.edit))


def _of_box(canvas: Canvas, menu: QMenu) -> None:
    workspace = canvas.workspace
    picks = [pick for pick in workspace.selection if isinstance(pick, Pick)]
    boxes = [canvas.scene_.boxes[pick].box for pick in picks]
    if len(boxes) == 1:
        if boxes[0].inner is not None:
            menu.addAction("Open", lambda: doing.enter_box(canvas, boxes[0]))
        menu.addAction("Rename", lambda: doing.rename(canvas))
        menu.addAction("Wire…", lambda: ask_wire(canvas))
    if len(boxes) == 1 and boxes[0].pick.kind == "node":
        menu.addAction("Use again, with the same weights", lambda: making.reuse(canvas))
    if actions.chosen_nodes(workspace):
        menu.addAction("Group into block", lambda: making.group(canvas))
    if any(box.look in ("block", "repeat") for box in boxes):
        menu.addAction("Ungroup", lambda: actions.ungroup(workspace))
    if len(boxes) == 1 and boxes[0].look in ("layer", "block"):
        menu.addAction("Wrap in repeat", lambda: making.wrap(canvas))
    if actions.freezable(workspace):
        word = "Unfreeze" if actions.are_frozen(workspace) else "Freeze"
        menu.addAction(word, lambda: actions.freeze(workspace))
    if len(boxes) > 1:
        menu.addAction("Lay out selection", lambda: doing.layout_selection(canvas))
    menu.addSeparator()
    if actions.chosen_nodes(workspace):
        menu.addAction("Cut", lambda: carrying.cut(canvas))
        menu.addAction("Copy", lambda: carrying.copy(canvas))
        menu.addAction("Duplicate", lambda: carrying.duplicate(canvas))
    menu.addAction("Delete", lambda: actions.delete(workspace))
    menu.addAction("Delete and heal", lambda: actions.delete(workspace, heal=True))
