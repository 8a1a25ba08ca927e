"""Loop-invariant code motion for scans: which nodes can leave the loop.

A pointwise layer gives the same result for single steps as for all steps at once. So it is applied once, to
whole sequences, **before** the loop if all that it reads is split from inputs, or **after** it if only
stacked outputs depend on it (such as the projection to a vocabulary, the largest product of many decoders).
Every input must have the walked axis among the leading axes, over which the layer is broadcast; a node that
mixes a step with a constant stays inside.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from zoo.checker.resolution import LayerUse, ResolvedNode, ScanUse
from zoo.compiler.queries import applied, sources, used
from zoo.graph import Ref, refs


@dataclass(frozen=True, slots=True)
class Parts:
    """The nodes of a scan's body, split into three parts, each in order.

    ``axes`` is the position of the walked axis in everything that exists before the loop.
    """

    before: tuple[str, ...]
    inside: tuple[str, ...]
    after: tuple[str, ...]
    axes: Mapping[str, int]


def divide(use: ScanUse, order: Iterable[str], feedback: Iterable[Ref], *, hoist: bool = True) -> Parts:
    """Split the needed nodes, given in ``order``.

    ``feedback`` is what the next states read. Without ``hoist``, all nodes stay inside.
    """
    order = tuple(order)
    axes = dict(use.cut)
    if not hoist:
        return Parts((), order, (), axes)
    nodes = use.scope.nodes
    reads = {name: sources(*nodes[name].inputs.values()) for name in order}
    before: list[str] = []
    for name in order:
        found = {axes.get(ref.node) for ref in reads[name]}
        axis = found.pop() if len(found) == 1 else None
        if axis is not None and passes(use, nodes[name], axis):
            before.append(name)
            axes[name] = axis

    needed = {ref.node for ref in feedback}
    after: list[str] = []
    for name in reversed(order):
        if name in axes:
            continue
        stackable = bool(reads[name]) and all(_stackable(use, ref, axes) for ref in reads[name])
        if name not in needed and stackable and passes(use, nodes[name], use.axis):
            after.append(name)
        else:
            needed.update(ref.node for ref in reads[name])
    outside = {*before, *after}
    inside = tuple(name for name in order if name not in outside)
    return Parts(tuple(before), inside, tuple(reversed(after)), axes)


def _stackable(use: ScanUse, ref: Ref, axes: Mapping[str, int]) -> bool:
    """Whether a value can be had for all steps after the loop, with the walked axis where outputs have it."""
    if ref.node in axes:
        return axes[ref.node] == use.axis
    return ref.node in use.next or ref.node in use.scope.nodes


def passes(use: ScanUse, node: ResolvedNode, axis: int) -> bool:
    """Whether a layer is broadcast over the walked axis at position ``axis`` of every input."""
    return axis <= leading(use, node)


def leading(use: ScanUse, node: ResolvedNode) -> int:
    """Over how many leading axes of one step a node is broadcast; -1 for a node that is not pointwise."""
    use_ = applied(used(node))
    if not isinstance(use_, LayerUse) or not use_.spec.pointwise:
        return -1
    found: list[int] = []
    for port, wire in node.inputs.items():
        own = len(use_.spec.inputs[port].shape) - 1  # the axes behind the star
        for ref in refs(wire):
            rank = _rank(use, ref)
            found.append(-1 if rank is None else rank - own)
    return min(found, default=-1)


def _rank(use: ScanUse, ref: Ref) -> int | None:
    """The rank of what a wire in the body reads, at one step."""
    scope = use.scope
    if ref.node in scope.nodes:
        types = scope.nodes[ref.node].types
        found = types.get(ref.port) if ref.port else next(iter(types.values()), None)
    else:
        found = scope.inputs.get(ref.node)
    return None if found is None else len(found.shape)
