"""Making parts of a body that no layer is: blocks, inputs, outputs, params, repeats, nodes that reuse others.

Each is made at once with a name that is free, and the inspector's field for it is opened to be written in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.edits import AddBlock, AddInput, AddNode, AddOutput, SetParam
from zoo.edits.boxes import output_names
from zoo.edits.cuts import free_name
from zoo.graph import Block, Graph, Ref, Reuse, Scan, split_scope, visible
from zoo.sizes import Name
from zoo.spec import Port
from zoo_gui import actions
from zoo_gui.canvas.doing import rename, selected_box
from zoo_gui.canvas.drops import add_box

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

USUAL = Port("float", (Name("batch"), Name("time"), Name("dim")))
"""The type of a new input, until it gets another."""


def new_block(canvas: Canvas) -> None:
    """Make an empty block and go inside; it is placed from the palette, or by adding it anywhere."""
    workspace = canvas.workspace
    name = free_name("block", {*workspace.graph.blocks, *visible(workspace.graph)})
    if workspace.perform(AddBlock(name, Block())):
        workspace.enter(f"#{name}")
        canvas.workspace.to_write.emit("block")


def new_input(canvas: Canvas) -> None:
    """Give the body that is shown another input."""
    workspace = canvas.workspace
    if isinstance(workspace.body, Scan):
        workspace.refused.emit(
            "what enters a scan is wired from the body around it; go up, and wire it there"
        )
        return
    name = free_name("x", set(visible(workspace.body)))
    if add_box(canvas, (name, AddInput(workspace.scope, name, USUAL)), "input"):
        canvas.workspace.to_write.emit(f"name of input {name}")


def new_output(canvas: Canvas) -> None:
    """Let the selected box, else the last node that nothing reads, leave the body that is shown."""
    workspace, box = canvas.workspace, selected_box(canvas)
    source = box.outlets[0].source if box is not None and box.outlets else _unread(canvas)
    if source is None:
        workspace.refused.emit("an output reads a node or an input, and there is none yet; place a layer")
        return
    name = free_name(source.port or source.node, output_names(workspace.body))
    if add_box(canvas, (name, AddOutput(workspace.scope, name, source)), "output"):
        canvas.workspace.to_write.emit(f"name of output {name}")


def _unread(canvas: Canvas) -> Ref | None:
    """The output that nothing reads yet, the last one in the file; any, where all are read."""
    nodes = [box for item in canvas.scene_.boxes.values() if (box := item.box).pick.kind == "node"]
    outlets = [outlet for box in nodes for outlet in box.outlets if not outlet.on_demand]
    free = [outlet.source for outlet in outlets if not outlet.read]
    return next(reversed(free or [outlet.source for outlet in outlets]), None)


def new_param(canvas: Canvas) -> None:
    """Give the graph or block that is shown another param."""
    workspace = canvas.workspace
    block, _ = split_scope(workspace.scope)
    owner: Graph | Block = workspace.graph if block is None else workspace.graph.blocks[block]
    name = free_name("param", owner.params)
    workspace.select(())
    if workspace.perform(SetParam("" if block is None else f"#{block}", name, None if block else 1)):
        canvas.workspace.to_write.emit(f"name of param {name}")


def reuse(canvas: Canvas) -> None:
    """Add a node that applies the module of the selected one again, with the same weights."""
    workspace = canvas.workspace
    names = actions.chosen_nodes(workspace)
    node = workspace.body.nodes[names[0]] if len(names) == 1 else None
    if node is None:
        workspace.refused.emit("select one node to use its weights again")
        return
    of = node.of if isinstance(node, Reuse) else names[0]
    name = free_name(of, set(visible(workspace.body)))
    add_box(canvas, (name, AddNode(workspace.scope, name, Reuse(of=of))))


def wrap(canvas: Canvas) -> None:
    """Stack the selected layer or block, and ask how often."""
    if actions.wrap(canvas.workspace):
        canvas.workspace.to_write.emit("repeat")


def group(canvas: Canvas) -> None:
    """Make a block of what is selected, and ask for its name."""
    block = actions.group(canvas.workspace)
    if block is not None:
        rename(canvas, block)
