"""Edits that wrap a node in a repeat, and unwrap it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoo.edits.base import Edit, node_at, with_node
from zoo.edits.checks import check_node
from zoo.edits.wiring import required_port
from zoo.errors import EditError, did_you_mean
from zoo.graph import Call, Frozen, Graph, Ref, Repeat, Wire, join, kind
from zoo.sizes import Expr


@dataclass(frozen=True, slots=True)
class WrapInRepeat(Edit):
    """Stacks a layer or block ``count`` times.

    ``carry`` are the ports by which each layer reads the previous one; the first layer reads what the node
    read. By default, the node's only wire is carried; so is a wire that names no port (``in: x``).
    """

    scope: str
    name: str
    count: Expr
    carry: tuple[str, ...] = ()

    def change(self, graph: Graph) -> Graph:
        node = node_at(graph, self.scope, self.name)
        if not isinstance(node, Call):
            raise EditError(f"'{self.name}' is a {kind(node)}; only a layer or a block is repeated")
        inputs = dict(node.inputs)
        ports = self.carry or self._only(graph, node)
        if "" in inputs and len(ports) == 1:
            inputs = {ports[0]: inputs[""]}
        carry = {port: _carried(self.name, inputs, port) for port in ports}
        repeat = Repeat(
            count=self.count,
            use=node.use,
            settings=node.settings,
            carry=Frozen(carry),
            inputs=Frozen({port: wire for port, wire in inputs.items() if port not in carry}),
            tie=node.tie,
            freeze=node.freeze,
        )
        graph = with_node(graph, self.scope, self.name, repeat)
        check_node(graph, self.scope, self.name)
        return graph

    def _only(self, graph: Graph, node: Call) -> tuple[str, ...]:
        if len(node.inputs) == 1:
            port = next(iter(node.inputs)) or required_port(graph, node)
            if port:
                return (port,)
        raise EditError(
            f"it is not plain which wire goes from layer to layer of '{self.name}'; name its port"
        )

    def describe(self) -> str:
        return f"repeat {join(self.scope, self.name)} {self.count} times"


def _carried(name: str, inputs: Mapping[str, Wire], port: str) -> Ref:
    if port not in inputs:
        raise EditError(f"'{name}' has no wire to '{port}' that could be carried{did_you_mean(port, inputs)}")
    wire = inputs[port]
    if not isinstance(wire, Ref):
        raise EditError(f"'{name}.{port}' reads several outputs; only a single wire is carried")
    return wire


@dataclass(frozen=True, slots=True)
class Unwrap(Edit):
    """Replaces a repeat by a single node, which reads what the first layer read."""

    scope: str
    name: str

    def change(self, graph: Graph) -> Graph:
        node = node_at(graph, self.scope, self.name)
        if not isinstance(node, Repeat):
            raise EditError(f"'{self.name}' is a {kind(node)}, not a repeat")
        if node.vary:
            raise EditError(
                f"the layers of '{self.name}' differ in '{next(iter(node.vary))}'; set it for all first"
            )
        inputs = Frozen({**node.carry, **node.inputs})
        call = Call(use=node.use, settings=node.settings, inputs=inputs, tie=node.tie, freeze=node.freeze)
        return with_node(graph, self.scope, self.name, call)

    def describe(self) -> str:
        return f"unwrap {join(self.scope, self.name)}"
