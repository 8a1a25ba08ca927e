"""Folding finished bodies: small ones are inlined, equal ones share a block, rows become repeats."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from zoo.graph import Block, Call, Frozen, Ref, Repeat, Reuse
from zoo.importing.looping import looped
from zoo.importing.naming import kind, snake
from zoo.importing.scope import Placed, Scope, rewired, tensors, wires
from zoo.importing.seen import Seen, Unknown, port

if TYPE_CHECKING:
    from zoo.importing.drawing import Drawing


def closed(drawing: Drawing, module: nn.Module, inner: Scope, result: Any, strangers: int) -> None:
    """Add the body of a finished module to the enclosing one: as a block or, if it is small, inlined.

    ``strangers`` is the number of placeholders before it.
    """
    outer, wanted = drawing.scope, drawing.named(module)
    found = {id(each): inner.values.get(id(each)) for each in tensors(result) if id(each) not in outer.values}
    own = {key: value for key, value in found.items() if isinstance(value, Seen)}
    outputs = _outputs(dict.fromkeys(value.ref for value in own.values()))
    before = dict(outputs)
    looped(drawing, inner, outputs)
    _fold(inner, outputs)
    folded = {before[port]: ref for port, ref in outputs.items()}
    own = {key: value.of(folded[value.ref], value.tensor) for key, value in own.items()}
    if len(inner.nodes) > 1 and own:
        _thawed(inner)
        block, weights = finished(inner, outputs, drawing.axes)
        use = drawing.blocks.add(_title(module), block)
        inputs = {name: outside.ref for name, (outside, _) in inner.inputs.items()}
        called = wanted.replace("_*", "").replace("*", "") or use
        name = outer.place(use, inputs, {}, weights, wanted=called, module=module)
        ports = {ref: port if len(outputs) > 1 else None for port, ref in outputs.items()}
        for value in own.values():
            outer.set(value.tensor, value.of(Ref(name, ports[value.ref]), value.tensor))
        paths = {each: f"#{use}.{each}" for each in inner.nodes}
    else:
        names = _moved(inner, outer, wanted)
        for value in own.values():
            to = names[value.ref.node]
            outer.set(value.tensor, value.of(Ref(to.node, value.ref.port or to.port), value.tensor))
        for value in found.values():
            if value is not None and not isinstance(value, Seen):
                outer.set(value.tensor, value)
        paths = {each: names[each].node for each in inner.nodes}
    outer.lose([each for each in tensors(result) if id(each) in inner.values], "this result")
    for index, each in enumerate(drawing.strangers[strangers:], strangers):
        drawing.strangers[index] = replace(each, node=paths.get(each.node, each.node))


def _thawed(scope: Scope) -> None:
    """If all of a body is frozen, unfreeze its nodes, since the call of the block is frozen instead."""
    if scope.holds_still({f"{name}.{path}": each for name, path, each in _all(scope)}):
        for placed in scope.nodes.values():
            if not isinstance(placed.node, Reuse):
                placed.node = replace(placed.node, freeze=False)


def _all(scope: Scope) -> Iterable[tuple[str, str, Tensor]]:
    for name, placed in scope.nodes.items():
        for path, tensor in placed.weights.items():
            yield name, path, tensor


def _outputs(refs: Iterable[Ref]) -> dict[str, Ref]:
    listed = list(refs)
    return {"out" if len(listed) == 1 else f"out_{index}": ref for index, ref in enumerate(listed)}


def _title(module: nn.Module) -> str:
    """The name for the block of a module: that of its class."""
    return snake(kind(module).rpartition(".")[2]) or "part"


def _moved(inner: Scope, outer: Scope, wanted: str) -> dict[str, Ref]:
    """Move the nodes of a body into the enclosing one; returns what its names correspond to there."""
    names = {name: outside.ref for name, (outside, _) in inner.inputs.items()}
    for name, placed in inner.nodes.items():
        alone = len(inner.nodes) == 1
        prefix = wanted.replace("*", "") if alone else wanted.replace("*", "part")
        there = outer.fresh(wanted.replace("*", name) if wanted and alone else f"{prefix}_{name}".strip("_"))
        outer.nodes[there] = Placed(_reused(inner, outer, name, rewired(placed.node, names)), placed.weights)
        if isinstance(outer.nodes[there].node, Reuse):
            outer.nodes[there].weights = {}
        names[name] = Ref(there)
        for module, owner in inner.owners.items():
            if owner == name:
                outer.owners.setdefault(module, there)
    return names


def _reused(inner: Scope, outer: Scope, name: str, node: Any) -> Any:
    """The node, or a reuse of the node for the same module that the outer body already has."""
    for module, owner in inner.owners.items():
        there = outer.owners.get(module)
        if owner == name and there is not None and isinstance(node, Call):
            before = outer.nodes[there].node
            if isinstance(before, Call) and replace(before, inputs=node.inputs) == node:
                return Reuse(of=there, inputs=node.inputs)
    return node


def finished(
    scope: Scope, outputs: Mapping[str, Ref], axes: Mapping[str, int]
) -> tuple[Block, dict[str, Tensor]]:
    """A body as a block, with the weights of its nodes; rows are folded, and shared weights tied."""
    outputs = dict(outputs)
    _fold(scope, outputs)
    weights = _tied(scope)
    inputs = {name: port(inside, axes) for name, (_, inside) in scope.inputs.items()}
    nodes = {name: placed.node for name, placed in scope.nodes.items()}
    return Block(inputs=Frozen(inputs), outputs=Frozen(outputs), nodes=Frozen(nodes)), weights


# --------------------------------------------------------------------------------------------------- repeats


def _fold(scope: Scope, outputs: dict[str, Ref]) -> None:
    """Turn rows of equal blocks, each of which reads the previous one, into repeats."""
    readers: dict[str, int] = {}
    for ref in [*(ref for placed in scope.nodes.values() for ref in wires(placed.node)), *outputs.values()]:
        readers[ref.node] = readers.get(ref.node, 0) + 1
    reused = {placed.node.of for placed in scope.nodes.values() if isinstance(placed.node, Reuse)}
    for start in list(scope.nodes):
        if start not in scope.nodes:
            continue
        row, port = [start], None
        while (step := _next(scope, row[-1], port, readers)) is not None:
            row.append(step[0])
            port = step[1]
        if len(row) < 2 or port is None or reused & {*row}:
            continue
        _replace(scope, outputs, row, port)


def _next(scope: Scope, name: str, port: str | None, readers: Mapping[str, int]) -> tuple[str, str] | None:
    """The equal node that is the only reader of this one, and the port by which it reads it."""
    node = scope.nodes[name].node
    if not isinstance(node, Call) or node.is_layer or node.tie or readers.get(name) != 1:
        return None
    for other, placed in scope.nodes.items():
        next_ = placed.node
        if (
            not isinstance(next_, Call)
            or next_.use != node.use
            or next_.settings != node.settings
            or next_.freeze != node.freeze
            or next_.tie
        ):
            continue
        carried = [each for each, wire in next_.inputs.items() if wire == Ref(name)]
        if len(carried) == 1 and port in (None, carried[0]) and carried[0] in node.inputs:
            rest = {each: wire for each, wire in next_.inputs.items() if each != carried[0]}
            mine = {each: wire for each, wire in node.inputs.items() if each != carried[0]}
            if rest == mine and isinstance(node.inputs[carried[0]], Ref):
                return other, carried[0]
    return None


def _replace(scope: Scope, outputs: dict[str, Ref], row: list[str], port: str) -> None:
    first = scope.nodes[row[0]].node
    assert isinstance(first, Call)
    carried = first.inputs[port]
    assert isinstance(carried, Ref)
    stem = re.sub(r"_?\d+$", "", row[0]) or row[0]
    name = stem if stem == row[0] else scope.fresh(stem)
    repeat = Repeat(
        count=len(row),
        use=first.use,
        settings=first.settings,
        carry=Frozen({port: carried}),
        inputs=Frozen({each: wire for each, wire in first.inputs.items() if each != port}),
        freeze=first.freeze,
    )
    weights = {
        f"{index}.{path}": tensor
        for index, each in enumerate(row)
        for path, tensor in scope.nodes[each].weights.items()
    }
    after = {row[-1]: Ref(name)}
    nodes: dict[str, Placed] = {}
    for each, placed in scope.nodes.items():
        if each == row[-1]:
            nodes[name] = Placed(repeat, weights)
        elif each not in row:
            nodes[each] = Placed(rewired(placed.node, after), placed.weights)
    scope.nodes.clear()
    scope.nodes.update(nodes)
    for output, ref in outputs.items():
        outputs[output] = after.get(ref.node, ref) if ref.node == row[-1] else ref


# ------------------------------------------------------------------------------------------------------ ties


def _tied(scope: Scope) -> dict[str, Tensor]:
    """All weights of a body by their paths; a weight shared by two nodes is tied, and occurs once."""
    first: dict[int, str] = {}
    weights: dict[str, Tensor] = {}
    for name, placed in scope.nodes.items():
        ties: dict[str, str] = {}
        for path, tensor in placed.weights.items():
            there = first.setdefault(id(tensor), f"{name}.{path}")
            shared = isinstance(tensor, nn.Parameter) and there != f"{name}.{path}"
            if shared and there.partition(".")[0] != name:
                ties[path] = there
                _alike(placed, scope.nodes[there.partition(".")[0]])
            else:
                weights[f"{name}.{path}"] = tensor
        if ties:
            if not isinstance(placed.node, Call | Repeat):
                raise Unknown("a reused node shares weights with a third")
            placed.node = replace(placed.node, tie=Frozen(ties))
    return weights


def _alike(one: Placed, other: Placed) -> None:
    """Unfreeze both nodes that share a weight unless both are frozen, since a tie cannot be half frozen."""
    nodes = [placed.node for placed in (one, other)]
    if len({node.freeze for node in nodes if not isinstance(node, Reuse)}) > 1:
        for placed in (one, other):
            if not isinstance(placed.node, Reuse):
                placed.node = replace(placed.node, freeze=False)
