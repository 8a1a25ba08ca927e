"""Notes on runtime errors: the node and file at fault, and what the model was called with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from zoo.graph import EMPTY, Block, Body, Call, Graph, Node, Repeat, Scan
from zoo.sizes import Name, Op

if TYPE_CHECKING:
    from zoo.compiler.model import CompiledGraph
    from zoo.compiler.unit import Unit


def located(unit: Unit, path: Sequence[str]) -> str:
    """The place of a node, and those of its settings that follow from params."""
    place = unit.place(path)
    where = f" ({place})" if place else ""
    node = _node(unit.recipe.graph, path)
    settings = node.settings if isinstance(node, Call | Repeat) else EMPTY
    known = [f"{name} is {value}" for name, value in settings.items() if isinstance(value, Name | Op)]
    return f"in the node '{'.'.join(path)}'{where}{', whose ' + ' and '.join(known) if known else ''}"


def _node(graph: Graph, path: Sequence[str]) -> Node | None:
    """The node at a path of nodes, if it is in this file."""
    body: Body = graph
    node: Node | None = None
    for name in path:
        if name.isdigit():  # a layer of a repeat
            continue
        node = body.nodes.get(name)
        if isinstance(node, Scan):
            body = node
        elif isinstance(node, Call | Repeat) and node.use in graph.blocks:
            body = graph.blocks[node.use]
        else:
            body = Block()
    return node


def annotate(error: Exception, model: CompiledGraph, values: tuple[Any, ...]) -> None:
    """Add notes to an error raised inside a model: node, place, inputs, devices."""
    unit = model.__zoo_unit__
    found = unit.failed(error.__traceback__)
    if found is None:
        return
    module, node = found
    path = (*unit.path(model, module), *([node] if node else ()))
    error.add_note(located(unit, path) if path else f"in the graph '{model.graph.name}'")
    if "non-empty TensorList" in str(error):
        error.add_note(
            "a scan stacks the outputs of its steps, and here it had no step: give it one at least"
        )
    named = zip(unit.inputs.expected, values, strict=True)
    tensors = [(each.name, value) for each, value in named if isinstance(value, Tensor)]
    shown = [
        f"{name}: {str(value.dtype).removeprefix('torch.')} {list(value.shape)}" for name, value in tensors
    ]
    error.add_note(f"the model was called with {', '.join(shown)}")
    home = next((each.device for each in model.parameters()), None)
    for name, value in tensors:
        if home is not None and value.device != home:
            error.add_note(
                f"'{name}' is on {value.device} and the model on {home}: write {name}.to('{home}')"
            )
