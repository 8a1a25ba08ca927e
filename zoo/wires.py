"""The wires of a body: what each reads, and where it ends.

A graph stores a wire at its consumer, in one of several places: the ports of a node, the carry of a repeat,
the inputs of a scan, the outputs of a body. ``wires`` iterates over all of them; ``rewire`` changes many.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

from zoo.graph import EMPTY, Body, Frozen, Node, Ref, Repeat, Scan, Wire, refs

V = TypeVar("V")
B = TypeVar("B", bound=Body)
T = TypeVar("T", bound=Body | Node)

Part: TypeAlias = Literal["inputs", "carry", "each", "state", "const", "mask", "outputs", "next", "stack"]


@dataclass(frozen=True, slots=True)
class End:
    """Where a wire ends.

    ``part`` is the field that holds the wire: a field of a node (``inputs``, a repeat's ``carry``, a scan's
    ``each``, ``state``, ``const``, ``mask``) or, if ``node`` is empty, of the body itself (``outputs``, or a
    scan's ``next`` and ``stack``). ``port`` is the key in that field, empty for ``in: x`` and for a mask;
    ``index`` is the position in a list of wires.
    """

    node: str
    part: Part
    port: str = ""
    index: int | None = None

    def __str__(self) -> str:
        if not self.node:
            return f"output {self.port}" if self.part == "outputs" else f"{self.part} {self.port}"
        port = self.port or ("mask" if self.part == "mask" else "")
        return f"{self.node}{port and '.' + port}{'' if self.index is None else f'[{self.index}]'}"


def node_wires(name: str, node: Node) -> Iterator[tuple[End, Ref]]:
    """Every wire that ends at a node, in file order."""
    if isinstance(node, Scan):
        yield from _simple(name, "each", node.each)
        if node.mask is not None:
            yield End(name, "mask"), node.mask
        for port, start in node.state.items():
            if isinstance(start, Ref):
                yield End(name, "state", port), start
        yield from _simple(name, "const", node.const)
        return
    if isinstance(node, Repeat):
        yield from _simple(name, "carry", node.carry)
    for port, wire in node.inputs.items():
        if isinstance(wire, Ref):
            yield End(name, "inputs", port), wire
        else:
            for index, ref in enumerate(wire):
                yield End(name, "inputs", port, index), ref


def body_wires(body: Body) -> Iterator[tuple[End, Ref]]:
    """The wires that end at the body itself: its outputs, or a scan's ``next`` and ``stack``."""
    if isinstance(body, Scan):
        yield from _simple("", "next", body.next)
        yield from _simple("", "stack", body.stack)
    else:
        yield from _simple("", "outputs", body.outputs)


def wires(body: Body) -> Iterator[tuple[End, Ref]]:
    """Every wire of a body, except those inside its scans: first those of its nodes, then its own."""
    for name, node in body.nodes.items():
        yield from node_wires(name, node)
    yield from body_wires(body)


def _simple(node: str, part: Part, mapping: Mapping[str, Ref]) -> Iterator[tuple[End, Ref]]:
    for port, ref in mapping.items():
        yield End(node, part, port), ref


def reads(node: Node) -> Iterator[str]:
    """The names that a node reads in the body around it, with repetitions."""
    if isinstance(node, Scan):
        starts = (start for start in node.state.values() if isinstance(start, Ref))
        for ref in (*node.each.values(), *starts, *node.const.values()):
            yield ref.node
        if node.mask is not None:
            yield node.mask.node
        return
    if isinstance(node, Repeat):
        for ref in node.carry.values():
            yield ref.node
    for wire in node.inputs.values():
        for ref in refs(wire):
            yield ref.node


def path_back(body: Body, start: str, ends: Container[str]) -> list[str] | None:
    """A path from ``start`` upstream to one of ``ends``, both included; None if there is none."""
    return path_back_from(body, (start,), ends)


def path_back_from(body: Body, starts: Iterable[str], ends: Container[str]) -> list[str] | None:
    """``path_back`` from any of several names."""
    came_from = dict.fromkeys(starts, "")
    stack = [*came_from]
    while stack:
        name = stack.pop()
        if name in ends:
            way = [name]
            while came_from[way[-1]]:
                way.append(came_from[way[-1]])
            return way[::-1]
        node = body.nodes.get(name)
        for source in () if node is None else reads(node):
            if source not in came_from:
                came_from[source] = name
                stack.append(source)
    return None


# ---------------------------------------------------------------------------------------- changing many wires

Change: TypeAlias = Callable[[Ref], Ref | None]
"""Maps what a wire reads to what it should read instead; None removes the wire."""


def rewire_node(node: Node, change: Change) -> Node:
    """A node with ``change`` applied to every wire; the same object if nothing changes."""
    if isinstance(node, Scan):
        parts: dict[str, Any] = {
            "each": changed(node.each, change),
            "state": changed(node.state, lambda start: change(start) if isinstance(start, Ref) else start),
            "const": changed(node.const, change),
            "mask": node.mask and change(node.mask),
        }
    else:
        parts = {"inputs": changed(node.inputs, lambda wire: _wire(wire, change))}
        if isinstance(node, Repeat):
            parts["carry"] = changed(node.carry, change)
    return updated(node, **parts)


def rewire(body: B, change: Change) -> B:
    """A body with ``change`` applied to every wire, except those inside its scans.

    Returns the same object if nothing changes.
    """
    nodes = changed(body.nodes, lambda node: rewire_node(node, change))
    if isinstance(body, Scan):
        return updated(body, nodes=nodes, next=changed(body.next, change), stack=changed(body.stack, change))
    return updated(body, nodes=nodes, outputs=changed(body.outputs, change))


def updated(thing: T, **parts: Any) -> T:
    """``dataclasses.replace``, but the same object if no part changes."""
    if all(getattr(thing, name) is value for name, value in parts.items()):
        return thing
    return replace(thing, **parts)


def changed(mapping: Frozen[str, V], change: Callable[[V], V | None]) -> Frozen[str, V]:
    """A mapping with ``change`` applied to its values, without those that become None.

    Returns the same object if nothing changes.
    """
    kept: dict[str, V] = {}
    same = True
    for key, value in mapping.items():
        new = change(value)
        same = same and new is value
        if new is not None:
            kept[key] = new
    return mapping if same else Frozen(kept) if kept else EMPTY


def _wire(wire: Wire, change: Change) -> Wire | None:
    if isinstance(wire, Ref):
        return change(wire)
    found = tuple(new for ref in wire if (new := change(ref)) is not None)
    if len(found) == len(wire) and all(map(lambda a, b: a is b, found, wire)):
        return wire
    return found or None
