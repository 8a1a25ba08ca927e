"""Edits of the inputs of a body: of a graph or block, or the ``each``, ``state`` and ``const`` of a scan.

An input is also a port of every node that represents the body: the uses of a block, a scan, and their reuses.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from zoo.edits.base import Edit, entry, inserted, renamed, without
from zoo.edits.boxes import without_lost_boxes
from zoo.edits.checks import check_new, check_node
from zoo.edits.nodes import rename_in_layout
from zoo.edits.paths import Place, map_nodes, original, placed
from zoo.edits.wiring import required_port
from zoo.edits.words import check_port
from zoo.errors import EditError, did_you_mean
from zoo.graph import Block, Body, Frozen, Graph, Node, Ref, Repeat, Scan, Start, join, put, visible
from zoo.spec import Port
from zoo.wires import rewire

Entrance: TypeAlias = Literal["each", "state", "const"]


def typed(graph: Graph, scope: str) -> Graph | Block:
    """The graph or block at a scope; raises EditError for a scan, whose inputs have inferred types."""
    body = graph.body(scope)
    if isinstance(body, Scan):
        raise EditError(f"'{scope}' is a scan; what enters it is one of its 'each', 'state' or 'const'")
    return body


def walked(graph: Graph, scope: str) -> Scan:
    """The scan at a scope; raises EditError for another kind of body."""
    body = graph.body(scope)
    if not isinstance(body, Scan):
        raise EditError(f"'{scope or graph.name}' is no scan; only a scan has 'each', 'state' and 'const'")
    return body


def _with_input(graph: Graph, scope: str, name: str) -> Body:
    body = graph.body(scope)
    names = [each for each in visible(body) if each not in body.nodes]
    if name not in names:
        raise EditError(f"there is no input '{name}' here{did_you_mean(name, names)}")
    return body


def _at_uses(graph: Graph, scope: str, change: Callable[[Node, str], Node]) -> Graph:
    """The graph with every use of a block changed; ``change`` also gets the port that ``in: x`` means."""
    uses = placed(graph, scope) if scope else set[Place]()

    def node_of(place: Place, node: Node) -> Node:
        first = original(graph, place) if place in uses else None
        return node if first is None else change(node, required_port(graph, first[1]))

    return map_nodes(graph, node_of) if uses else graph


def _spelled_out(graph: Graph, scope: str) -> Graph:
    """The graph with ``in: x`` made explicit, as ``in: {port: x}``, at uses of a block whose ports change."""

    def spelled(node: Node, nameless: str) -> Node:
        if isinstance(node, Scan) or "" not in node.inputs or not nameless:
            return node
        return replace(node, inputs=renamed(node.inputs, "", nameless))

    return _at_uses(graph, scope, spelled)


@dataclass(frozen=True, slots=True)
class AddInput(Edit):
    """Adds an input to a graph or block, before the one at ``index``, or at the end."""

    scope: str
    name: str
    type: Port
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        body = typed(graph, self.scope)
        check_new(body, self.name, "an input")
        check_port(self.type)
        graph = _spelled_out(graph, self.scope)
        inputs = inserted(body.inputs, self.name, self.type, self.index)
        return graph.with_body(self.scope, replace(body, inputs=inputs))

    def describe(self) -> str:
        return f"add input {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class SetInput(Edit):
    """Changes the type of an input of a graph or block."""

    scope: str
    name: str
    type: Port

    def change(self, graph: Graph) -> Graph:
        body = typed(graph, self.scope)
        entry(body.inputs, self.name, "input")
        check_port(self.type)
        if body.inputs[self.name].optional != self.type.optional:
            graph = _spelled_out(graph, self.scope)
        return graph.with_body(self.scope, replace(body, inputs=put(body.inputs, self.name, self.type)))

    def describe(self) -> str:
        return f"set input {join(self.scope, self.name)} to {self.type}"


@dataclass(frozen=True, slots=True)
class AddScanInput(Edit):
    """Adds an input to a scan: split into steps (``each``), fed back (``state``) or whole (``const``).

    ``source`` is read in the enclosing body; a state may also start as ``Zeros`` or ``Learned``.
    """

    scope: str
    name: str
    part: Entrance
    source: Start
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        scan = walked(graph, self.scope)
        check_new(scan, self.name, "an input")
        if not isinstance(self.source, Ref) and self.part != "state":
            raise EditError(f"only a state starts as '{self.source}'; '{self.part}' reads an output")
        changed = {self.part: inserted(getattr(scan, self.part), self.name, self.source, self.index)}
        return _entered(graph, self.scope, replace(scan, **changed))

    def describe(self) -> str:
        return f"add {self.part} {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class SetStart(Edit):
    """Sets the initial value of a scan's state: an output of the enclosing body, zeros, or learned."""

    scope: str
    state: str
    start: Start

    def change(self, graph: Graph) -> Graph:
        scan = walked(graph, self.scope)
        entry(scan.state, self.state, "state")
        return _entered(graph, self.scope, replace(scan, state=put(scan.state, self.state, self.start)))

    def describe(self) -> str:
        return f"start {join(self.scope, self.state)} as {self.start}"


def _entered(graph: Graph, scope: str, scan: Scan) -> Graph:
    graph = graph.with_body(scope, scan)
    outer, _, name = scope.rpartition(".")
    check_node(graph, outer, name)
    return graph


@dataclass(frozen=True, slots=True)
class RemoveInput(Edit):
    """Removes an input of any body, with the wires that read it and those that end in it where it is used.

    For a state, also removes its ``next`` value and the outputs that are its ``final`` value.
    """

    scope: str
    name: str

    def change(self, graph: Graph) -> Graph:
        body = _with_input(graph, self.scope, self.name)
        unwired = rewire(body, lambda ref: None if ref.node == self.name else ref)
        if isinstance(unwired, Scan):
            after: Body = replace(
                unwired,
                each=without(unwired.each, self.name),
                state=without(unwired.state, self.name),
                const=without(unwired.const, self.name),
                next=without(unwired.next, self.name),
                final=Frozen({port: state for port, state in unwired.final.items() if state != self.name}),
            )
        else:
            after = replace(unwired, inputs=without(unwired.inputs, self.name))
        graph = _at_uses(graph, self.scope, self._unwired).with_body(self.scope, after)
        return without_lost_boxes(replace(graph, layout=without(graph.layout, join(self.scope, self.name))))

    def _unwired(self, node: Node, nameless: str) -> Node:
        if isinstance(node, Scan):
            return node
        port = "" if nameless == self.name else self.name
        if isinstance(node, Repeat) and self.name in node.carry:
            node = replace(node, carry=without(node.carry, self.name))
        return replace(node, inputs=without(node.inputs, port)) if port in node.inputs else node

    def describe(self) -> str:
        return f"remove input {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class RenameInput(Edit):
    """Renames an input of any body, inside it and where it is used."""

    scope: str
    name: str
    new: str

    def change(self, graph: Graph) -> Graph:
        body = _with_input(graph, self.scope, self.name)
        if self.new == self.name:
            return graph
        check_new(body, self.new, "an input")
        rewired = rewire(body, lambda ref: Ref(self.new, ref.port) if ref.node == self.name else ref)
        if isinstance(rewired, Scan):
            final = {port: self.new if state == self.name else state for port, state in rewired.final.items()}
            after: Body = replace(
                rewired,
                each=renamed(rewired.each, self.name, self.new),
                state=renamed(rewired.state, self.name, self.new),
                const=renamed(rewired.const, self.name, self.new),
                next=renamed(rewired.next, self.name, self.new),
                final=Frozen(final),
            )
        else:
            after = replace(rewired, inputs=renamed(rewired.inputs, self.name, self.new))
        graph = _at_uses(graph, self.scope, self._renamed).with_body(self.scope, after)
        return rename_in_layout(graph, self.scope, self.name, self.new)

    def _renamed(self, node: Node, _: str) -> Node:
        if isinstance(node, Scan):
            return node
        if isinstance(node, Repeat):
            node = replace(node, carry=renamed(node.carry, self.name, self.new))
        if self.name in node.inputs and self.new in node.inputs:  # the mask of a scan that is applied again
            raise EditError(
                f"'{self.new}' is wired already where '{self.scope}' is used; choose another name"
            )
        return replace(node, inputs=renamed(node.inputs, self.name, self.new))

    def describe(self) -> str:
        return f"rename input {join(self.scope, self.name)} to {self.new}"
