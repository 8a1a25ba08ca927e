"""What a node refers to: the outputs it reads and the params it uses, each with its place in the document.

Places are relative to the node: ``("in", "query")``, ``("scan", "each", "x")``, ``("with", "hidden")``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from zoo.checker.findings import TreePath
from zoo.graph import Block, Call, Graph, Learned, Node, Ref, Repeat, Scan, Value, Zeros
from zoo.sizes import Name, Op, names
from zoo.spec import Axis


def wires(node: Node) -> Iterator[tuple[TreePath, Ref]]:
    """The outputs that a node reads, each with its place."""
    if isinstance(node, Scan):
        for part, wired in (("each", node.each), ("state", node.state), ("const", node.const)):
            for name, ref in wired.items():
                if isinstance(ref, Ref):
                    yield ("scan", part, name), ref
        if node.mask is not None:
            yield ("scan", "mask"), node.mask
        return
    for port, wire in node.inputs.items():
        if isinstance(wire, Ref):
            yield ("in", port), wire
        else:
            for index, ref in enumerate(wire):
                yield ("in", port, index), ref
    if isinstance(node, Repeat):
        for port, ref in node.carry.items():
            yield ("carry", port), ref


def params_of(node: Node) -> Iterator[tuple[TreePath, str]]:
    """The params (``$name``) that a node uses, except those of nodes inside it."""
    if isinstance(node, Scan):
        for name, start in node.state.items():
            if isinstance(start, Zeros | Learned):
                yield from ((("scan", "state", name), word) for word in _in_shape(start.shape))
    elif isinstance(node, Call | Repeat):
        for name, value in node.settings.items():
            if value.__class__ not in _PLAIN:
                yield from ((("with", name), word) for word in _in_value(value))
        if isinstance(node, Repeat):
            yield from ((("repeat",), word) for word in names(node.count))
            for name, values in node.vary.items():
                for index, value in enumerate(values):
                    yield from ((("vary", name, index), word) for word in _in_value(value))


def params_of_ports(body: Graph | Block) -> Iterator[tuple[TreePath, str]]:
    """The params that the types of a body's inputs use."""
    for name, port in body.inputs.items():
        for word in _in_shape(port.shape):
            yield ("inputs", name), word


_PLAIN = frozenset({int, float, str, bool, type(None)})


def _in_value(value: Value) -> Iterator[str]:
    if isinstance(value, Name | Op):
        yield from names(value)
    elif isinstance(value, tuple):
        for item in value:
            yield from _in_value(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _in_value(item)


def _in_shape(shape: Iterable[Axis]) -> Iterator[str]:
    for axis in shape:
        if isinstance(axis, Name | Op):
            yield from (word for word in names(axis) if word.startswith("$"))
