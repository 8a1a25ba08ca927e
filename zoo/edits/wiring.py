"""Edits of wires: connect, disconnect, insert a node on a wire."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, TypeVar, cast

from zoo.edits.base import Edit, entry, inserted, node_at, with_node, without
from zoo.edits.boxes import without_lost_boxes
from zoo.edits.checks import check_node, check_sources
from zoo.edits.nodes import AddNode
from zoo.edits.paths import block_of
from zoo.edits.words import said
from zoo.errors import EditError, did_you_mean
from zoo.files.words import check_name
from zoo.graph import Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, Wire, put, refs
from zoo.wires import End, body_wires, node_wires

W = TypeVar("W", bound=Wire)


@dataclass(frozen=True, slots=True)
class Connect(Edit):
    """Wires an input to ``source``, replacing its previous wire, if any.

    A port with several wires takes the new one at ``end.index``, where it replaces the existing one, is
    appended or, with ``insert``, is inserted. If a node has a wire without a port name (``in: x``) and a
    second port is wired, ``first`` names the port of the first wire; for a block it is not needed.
    """

    scope: str
    end: End
    source: Ref
    insert: bool = False
    first: str = ""

    def change(self, graph: Graph) -> Graph:
        end = self.end
        if not end.node:
            return self._leave(graph)
        node = node_at(graph, self.scope, end.node)
        if isinstance(node, Scan):
            changed: Node = self._enter(node)
        elif end.part == "carry" and isinstance(node, Repeat):
            said(check_name, end.port, "a port")
            node = replace(node, inputs=without(node.inputs, end.port))
            changed = replace(node, carry=put(node.carry, end.port, self.source))
        elif end.part == "inputs":
            changed = self._port(graph, node)
        else:
            raise _no_part(end)
        graph = with_node(graph, self.scope, end.node, changed)
        check_node(graph, self.scope, end.node)
        return graph

    def _leave(self, graph: Graph) -> Graph:
        body, end = graph.body(self.scope), self.end
        check_sources(body, [self.source])
        if isinstance(body, Scan) and end.part == "next":
            entry(body.state, end.port, "state")
            return graph.with_body(self.scope, replace(body, next=put(body.next, end.port, self.source)))
        if isinstance(body, Scan) and end.part == "stack":
            entry(body.stack, end.port, "output")
            return graph.with_body(self.scope, replace(body, stack=put(body.stack, end.port, self.source)))
        if not isinstance(body, Scan) and end.part == "outputs":
            entry(body.outputs, end.port, "output")
            return graph.with_body(
                self.scope, replace(body, outputs=put(body.outputs, end.port, self.source))
            )
        raise _no_part(end)

    def _enter(self, node: Scan) -> Scan:
        end = self.end
        if end.part == "mask":
            return replace(node, mask=self.source)
        if end.part not in ("each", "state", "const"):
            raise _no_part(end)
        mapping: Frozen[str, Any] = getattr(node, end.part)
        entry(mapping, end.port, f"'{end.part}'")
        return replace(node, **{end.part: put(mapping, end.port, self.source)})

    def _port(self, graph: Graph, node: Call | Repeat | Reuse) -> Node:
        inputs, port = node.inputs, self.end.port
        if port and "" in inputs:
            first = self.first or required_port(graph, node)
            if not first:
                raise EditError(f"'{self.end.node}' has a wire that names no port; say which port that is")
            inputs = Frozen({first: inputs[""]})
        if isinstance(node, Repeat) and port in node.carry:
            node = replace(node, carry=without(node.carry, port))
        wire: Wire = self.source
        if self.end.index is not None:
            found = list(refs(inputs[port])) if port in inputs else []
            if not 0 <= self.end.index <= len(found):
                raise EditError(f"'{self.end}' is not there: the port has {len(found)} wires")
            found[self.end.index : self.end.index + (not self.insert)] = [self.source]
            wire = tuple(found)
        return replace(node, inputs=put(inputs, port, wire))

    def describe(self) -> str:
        return f"connect {self.source} to {self.end}"


def required_port(graph: Graph, node: Node) -> str:
    """The input that ``in: x`` means, where the node is a block of the graph and that is plain; else
    empty.
    """
    block = graph.blocks.get(block_of(graph, node))
    if block is None:
        return ""
    required = [name for name, port in block.inputs.items() if not port.optional] or [*block.inputs]
    left = [name for name in required if not isinstance(node, Repeat) or name not in node.carry]
    return left[0] if len(left) == 1 else ""


@dataclass(frozen=True, slots=True)
class Disconnect(Edit):
    """Removes a wire: an input of a node is then unwired, and an output of the body is removed.

    The inputs of a scan must be wired; ``RemoveInput`` removes them with the wires that read them inside.
    """

    scope: str
    end: End

    def change(self, graph: Graph) -> Graph:
        end = self.end
        if not end.node:
            body = graph.body(self.scope)
            if isinstance(body, Scan) and end.part in ("next", "stack"):
                changed = {end.part: self._less(body.next if end.part == "next" else body.stack)}
                return without_lost_boxes(graph.with_body(self.scope, replace(body, **changed)))
            if not isinstance(body, Scan) and end.part == "outputs":
                body = replace(body, outputs=self._less(body.outputs))
                return without_lost_boxes(graph.with_body(self.scope, body))
            raise _no_part(end)
        node = node_at(graph, self.scope, end.node)
        if isinstance(node, Scan):
            wire_at(graph, self.scope, end)
            if end.part != "mask":
                remedy = "connect something else to it, or remove the input"
                raise EditError(f"'{end}' enters a scan and cannot stand unwired; {remedy}")
            return with_node(graph, self.scope, end.node, replace(node, mask=None))
        if end.part == "carry" and isinstance(node, Repeat):
            node = replace(node, carry=self._less(node.carry))
        elif end.part == "inputs":
            node = replace(node, inputs=self._less(node.inputs))
        else:
            raise _no_part(end)
        return with_node(graph, self.scope, end.node, node)

    def _less(self, mapping: Frozen[str, W]) -> Frozen[str, W]:
        end = self.end
        wire = entry(mapping, end.port, "wire to port")
        if end.index is None:
            return without(mapping, end.port)
        found = [*refs(wire)]
        if not 0 <= end.index < len(found):
            raise EditError(f"'{end}' is not there: the port has {len(found)} wires")
        del found[end.index]
        return cast(
            "Frozen[str, W]", put(mapping, end.port, tuple(found)) if found else without(mapping, end.port)
        )

    def describe(self) -> str:
        return f"disconnect {self.end}"


@dataclass(frozen=True, slots=True)
class InsertOnWire(Edit):
    """Inserts a new node on a wire: its ``port`` reads what the wire read, and the wire reads ``output``."""

    scope: str
    end: End
    name: str
    node: Call | Repeat | Reuse
    port: str = ""
    output: str | None = None

    def change(self, graph: Graph) -> Graph:
        source = wire_at(graph, self.scope, self.end)
        if self.port in self.node.inputs:
            raise EditError(
                f"port '{self.port}' of the new node is wired already; name another, or leave it unwired"
            )
        node = replace(self.node, inputs=inserted(self.node.inputs, self.port, source, 0))
        index = [*graph.body(self.scope).nodes].index(self.end.node) if self.end.node else None
        graph = AddNode(self.scope, self.name, node, index).change(graph)
        return Connect(self.scope, self.end, Ref(self.name, self.output)).change(graph)

    def describe(self) -> str:
        return f"insert {self.name} before {self.end}"


def wire_at(graph: Graph, scope: str, end: End) -> Ref:
    """What the wire at ``end`` reads; raises EditError if there is none."""
    body = graph.body(scope)
    found = dict(node_wires(end.node, node_at(graph, scope, end.node)) if end.node else body_wires(body))
    if end not in found:
        raise EditError(f"there is no wire to '{end}'{did_you_mean(str(end), map(str, found))}")
    return found[end]


def _no_part(end: End) -> EditError:
    parts = ["inputs", "carry", "each", "state", "const", "mask", "outputs", "next", "stack"]
    return EditError(f"no wire can end at '{end}': '{end.part}' is not there{did_you_mean(end.part, parts)}")
