"""Wiring without the mouse: all wires that could begin or end at the selected box, to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from zoo.errors import EditError
from zoo.wires import End
from zoo_gui.canvas import wiring
from zoo_gui.canvas.doing import selected_box
from zoo_gui.canvas.picture import Box, Inlet, Outlet
from zoo_gui.quick_list import Choice, QuickList

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

MANY = 4000
"""Of more pairs than that, none is tried before it is chosen."""


def ask_wire(canvas: Canvas) -> None:
    """Let the person choose a wire of the selected box; of a selected wire, what it shall read."""
    box = selected_box(canvas)
    chosen = [one for one in canvas.workspace.selection if isinstance(one, End)]
    if box is None and len(chosen) == 1 and chosen[0] in canvas.scene_.wires:
        box = canvas.scene_.boxes[canvas.scene_.wires[chosen[0]].line.stop].box
    if box is None:
        canvas.workspace.refused.emit("select the box that is to be wired")
        return
    found = wires_of(canvas, box)
    canvas.popup = QuickList(f"Wire {box.title}", found, canvas.style_.theme, canvas)
    canvas.popup.show()


def wires_of(canvas: Canvas, box: Box) -> list[Choice]:
    """Every wire that could end or begin at a box: first those that fit, first into what is needed."""
    pairs = [*_pairs(canvas, box)]
    tried = len(pairs) <= MANY
    found: list[tuple[tuple[bool, ...], Choice]] = []
    for owner, inlet, outlet in pairs:
        problem = wiring.fit(canvas.workspace, inlet, outlet.source) if tried else None
        place = inlet.label or f"{inlet.port}, one more"
        name = place if owner is box else f"{owner.title}.{place}" if inlet.end.node else owner.title
        detail = f"does not fit: {problem.message}" if problem else outlet.type
        rank = (problem is not None, owner is not box, inlet.wired, inlet.optional and not inlet.more)
        act = partial(_wire, canvas, inlet, outlet)
        found.append((rank, Choice(f"{name} ← {outlet.source}", detail, f"{name} {outlet.source}", act)))
    return [choice for _, choice in sorted(found, key=lambda pair: pair[0])]


def _pairs(canvas: Canvas, box: Box) -> Iterator[tuple[Box, Inlet, Outlet]]:
    others = [item.box for item in canvas.scene_.boxes.values()]
    for inlet in box.inlets:
        for other in others:
            if other is not box or inlet.back:
                yield from ((box, inlet, outlet) for outlet in other.outlets)
    for outlet in box.outlets:
        for other in others:
            if other is not box:
                yield from ((other, inlet, outlet) for inlet in other.inlets)


def _wire(canvas: Canvas, inlet: Inlet, outlet: Outlet) -> None:
    """Wire, and keep the box selected: more of its ports may be waiting."""
    workspace = canvas.workspace
    try:
        edit = wiring.connect(workspace.graph, workspace.scope, inlet, outlet.source, canvas.layer)
    except EditError as error:
        workspace.refused.emit(str(error))
        return
    workspace.perform(edit)
    canvas.setFocus()
