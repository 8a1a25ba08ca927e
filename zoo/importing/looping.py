"""Loops over an ``nn.ModuleList``: each iteration becomes a block, so that the loop can become a repeat.

    for layer in self.layers:           layers: {repeat: 4, use: layer, carry: {x: embed}}
        x = x + relu(layer(x))

A user's module is a block anyway; this handles loop bodies that are not modules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from torch import nn

from zoo.graph import Block, Call, Frozen, Ref, Reuse, Wire
from zoo.importing.scope import Placed, Scope, rewired, wires
from zoo.importing.seen import Seen, port

if TYPE_CHECKING:
    from zoo.importing.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Passes:
    """The iterations of a loop over the list at ``path``, each with its nodes.

    ``carried`` is the input of the first iteration; ``end`` is the node of an iteration that yields its
    result.
    """

    path: str
    nodes: list[list[str]]
    carried: Ref
    end: int


def looped(drawing: Drawing, scope: Scope, outputs: dict[str, Ref]) -> None:
    """Turn the iterations of every loop in a body into blocks."""
    modules: list[tuple[str, nn.Module]] = [*drawing.root.named_modules()]
    for path, module in modules:
        inside = not scope.path or path.startswith(f"{scope.path}.")
        if isinstance(module, nn.ModuleList) and inside and len(module) > 1:
            found = _passes(drawing, scope, outputs, path)
            if found is not None:
                _blocks(drawing, scope, outputs, found)


def _passes(drawing: Drawing, scope: Scope, outputs: dict[str, Ref], path: str) -> Passes | None:
    """The iterations of a loop over a list of modules, if all do the same in sequence."""
    order = list(scope.nodes)
    owned = {name: drawing.paths.get(module, "") for module, name in scope.owners.items()}
    firsts: dict[str, int] = {}
    for place, name in enumerate(order):
        if owned.get(name, "").startswith(f"{path}."):
            firsts.setdefault(owned[name].removeprefix(f"{path}.").partition(".")[0], place)
    begins = list(firsts.values())
    lengths = {after - before for before, after in pairwise(begins)}
    if len(lengths) != 1 or (length := lengths.pop()) < 2:
        return None
    for early in range(length):  # functions may precede the first module of an iteration
        start = begins[0] - early
        nodes = [order[start + length * each : start + length * (each + 1)] for each in range(len(begins))]
        if start >= 0 and len(nodes[-1]) == length:
            found = _alike(drawing, scope, outputs, path, nodes)
            if found is not None:
                return found
    return None


def _alike(
    drawing: Drawing, scope: Scope, outputs: dict[str, Ref], path: str, nodes: list[list[str]]
) -> Passes | None:
    """The iterations, if each does the same with the result of the previous one."""
    every = [name for each in nodes for name in each]
    calls = {
        name: node for name in every if isinstance(node := scope.nodes[name].node, Call) and not node.tie
    }
    held = [id(tensor) for name in every for tensor in scope.nodes[name].weights.values()]
    strange = {each.node for each in drawing.strangers}
    reused = {placed.node.of for placed in scope.nodes.values() if isinstance(placed.node, Reuse)}
    ends = {_end(scope, outputs, each) for each in nodes}
    end = ends.pop() if len(ends) == 1 else None
    if end is None or len(calls) < len(every) or len({*held}) < len(held) or {*every} & (strange | reused):
        return None
    handed = Ref(nodes[0][end])
    wired = [zip(wires(calls[a]), wires(calls[b]), strict=False) for a, b in zip(*nodes[:2], strict=True)]
    starts = {mine for pairs in wired for mine, next_ in pairs if next_ == handed}
    if len(starts) != 1:
        return None
    (carried,) = starts
    given = [carried, *(Ref(each[end]) for each in nodes)]
    for before, own, first in zip(nodes, nodes[1:], given, strict=False):
        earlier = {name: Ref(there) for name, there in zip(own, before, strict=True)} | {before[end]: first}
        if any(rewired(calls[b], earlier) != calls[a] for a, b in zip(before, own, strict=True)):
            return None
    return Passes(path, nodes, carried, end)


def _end(scope: Scope, outputs: dict[str, Ref], own: Sequence[str]) -> int | None:
    """The index of the node of an iteration that is read after it, if there is exactly one."""
    behind = [ref for name, placed in scope.nodes.items() if name not in own for ref in wires(placed.node)]
    read = {ref for ref in [*behind, *outputs.values()] if ref.node in own}
    if len(read) != 1 or (ref := read.pop()).port is not None:
        return None
    return list(own).index(ref.node)


def _blocks(drawing: Drawing, scope: Scope, outputs: dict[str, Ref], found: Passes) -> None:
    """Replace each iteration by a call of a block."""
    leaf = found.path.rpartition(".")[2]
    own = set(found.nodes[0])
    read = dict.fromkeys(ref for name in found.nodes[0] for ref in wires(scope.nodes[name].node))
    taken = [found.carried, *(ref for ref in read if ref.node not in own and ref != found.carried)]
    seen = {value.ref: value for value in scope.values.values() if isinstance(value, Seen)}
    if any(ref not in seen for ref in taken):
        return
    inner = Scope()
    into: dict[Ref, str] = {}
    for ref in taken:
        into[ref] = inner.fresh("x" if ref == found.carried else ref.port or ref.node)
        inner.inputs[into[ref]] = (seen[ref], seen[ref])
    stem = found.path.removeprefix(f"{scope.path}.").replace(".", "_")
    names: dict[str, str] = {}
    for name in found.nodes[0]:
        names[name] = inner.fresh(name.removeprefix(f"{stem}_"))
        inner.nodes[names[name]] = scope.nodes[name]
    own_calls = {name: node for name in found.nodes[0] if isinstance(node := scope.nodes[name].node, Call)}
    block = Block(
        inputs=Frozen({into[ref]: port(seen[ref], drawing.axes) for ref in taken}),
        outputs=Frozen({"out": Ref(names[found.nodes[0][found.end]])}),
        nodes=Frozen({names[name]: _within(node, names, into) for name, node in own_calls.items()}),
    )
    single = leaf[:-1] if leaf.endswith("s") and len(leaf) > 2 else f"{leaf}_layer"
    use = drawing.blocks.add(single, block)
    carried = found.carried
    for index, own_nodes in enumerate(found.nodes):
        weights = {
            f"{names[first]}.{key}": tensor
            for first, name in zip(found.nodes[0], own_nodes, strict=True)
            for key, tensor in scope.nodes[name].weights.items()
        }
        inputs: dict[str, Wire] = {into[ref]: carried if ref == found.carried else ref for ref in taken}
        placed = Placed(Call(use=use, inputs=Frozen(inputs)), weights)
        carried = _put(scope, outputs, own_nodes, found.end, f"{stem}_{index}", placed)


def _within(node: Call, names: dict[str, str], into: dict[Ref, str]) -> Call:
    """A node as placed in the block."""

    def turned(ref: Ref) -> Ref:
        return Ref(into[ref]) if ref in into else replace(ref, node=names[ref.node])

    inputs: dict[str, Wire] = {
        key: turned(wire) if isinstance(wire, Ref) else tuple(map(turned, wire))
        for key, wire in node.inputs.items()
    }
    return replace(node, inputs=Frozen(inputs))


def _put(scope: Scope, outputs: dict[str, Ref], own: list[str], end: int, wanted: str, placed: Placed) -> Ref:
    """Replace several nodes by one; returns the reference to it."""
    name = scope.fresh(wanted)
    after = {own[end]: Ref(name)}
    nodes: dict[str, Placed] = {}
    for each, before in scope.nodes.items():
        if each == own[0]:
            nodes[name] = placed
        if each not in own:
            nodes[each] = Placed(rewired(before.node, after), before.weights)
    scope.nodes.clear()
    scope.nodes.update(nodes)
    outputs.update({key: after.get(ref.node, ref) for key, ref in outputs.items()})
    return Ref(name)
