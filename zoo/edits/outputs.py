"""Edits of the outputs of a body: of a graph or block, or the ``stack`` and ``final`` of a scan."""

from __future__ import annotations

from dataclasses import dataclass, replace

from zoo.edits.base import Edit, entry, inserted, renamed, without
from zoo.edits.boxes import output_names, without_lost_boxes
from zoo.edits.checks import check_sources, check_unused
from zoo.edits.inputs import walked
from zoo.edits.nodes import rename_in_layout
from zoo.edits.paths import bodies, placed
from zoo.graph import Graph, Ref, Scan, box_of_output, join, put
from zoo.wires import Change, rewire


@dataclass(frozen=True, slots=True)
class AddOutput(Edit):
    """Adds an output to a body; in a scan, it is stacked over the axis."""

    scope: str
    name: str
    source: Ref
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        graph = _spelled_out(graph, self.scope)
        body = graph.body(self.scope)
        check_unused(output_names(body), self.name, "an output")
        check_sources(body, [self.source])
        if isinstance(body, Scan):
            stack = inserted(body.stack, self.name, self.source, self.index)
            return graph.with_body(self.scope, replace(body, stack=stack))
        outputs = inserted(body.outputs, self.name, self.source, self.index)
        return graph.with_body(self.scope, replace(body, outputs=outputs))

    def describe(self) -> str:
        return f"add output {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class AddFinal(Edit):
    """Adds an output to a scan that is a state after the last step."""

    scope: str
    name: str
    state: str
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        graph = _spelled_out(graph, self.scope)
        scan = walked(graph, self.scope)
        check_unused(output_names(scan), self.name, "an output")
        entry(scan.state, self.state, "state")
        final = inserted(scan.final, self.name, self.state, self.index)
        return graph.with_body(self.scope, replace(scan, final=final))

    def describe(self) -> str:
        return f"add final {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class RemoveOutput(Edit):
    """Removes an output, with the wires that read it where the body is used."""

    scope: str
    name: str

    def change(self, graph: Graph) -> Graph:
        names = output_names(graph.body(self.scope))
        entry(dict.fromkeys(names), self.name, "output")
        gone = {self.name} if len(names) > 1 else {self.name, None}
        graph = _at_readers(graph, self.scope, lambda ref: None if ref.port in gone else ref)
        body = graph.body(self.scope)
        if isinstance(body, Scan):
            stack, final = without(body.stack, self.name), without(body.final, self.name)
            body = replace(body, stack=stack, final=final)
        else:
            body = replace(body, outputs=without(body.outputs, self.name))
        return without_lost_boxes(graph.with_body(self.scope, body))

    def describe(self) -> str:
        return f"remove output {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class MoveOutput(Edit):
    """Places the box of an output on the grid; None returns it to the automatic layout."""

    scope: str
    name: str
    to: tuple[int, int] | None

    def change(self, graph: Graph) -> Graph:
        entry(dict.fromkeys(output_names(graph.body(self.scope))), self.name, "output")
        key = box_of_output(self.scope, self.name)
        layout = without(graph.layout, key) if self.to is None else put(graph.layout, key, self.to)
        return replace(graph, layout=layout)

    def describe(self) -> str:
        return f"move output {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class RenameOutput(Edit):
    """Renames an output, including where the body is used."""

    scope: str
    name: str
    new: str

    def change(self, graph: Graph) -> Graph:
        names = output_names(graph.body(self.scope))
        entry(dict.fromkeys(names), self.name, "output")
        if self.new == self.name:
            return graph
        check_unused(names, self.new, "an output")
        graph = _at_readers(
            graph, self.scope, lambda ref: Ref(ref.node, self.new) if ref.port == self.name else ref
        )
        graph = rename_in_layout(graph, self.scope, f"->{self.name}", f"->{self.new}")
        body = graph.body(self.scope)
        if isinstance(body, Scan):
            stack = renamed(body.stack, self.name, self.new)
            final = renamed(body.final, self.name, self.new)
            return graph.with_body(self.scope, replace(body, stack=stack, final=final))
        return graph.with_body(self.scope, replace(body, outputs=renamed(body.outputs, self.name, self.new)))

    def describe(self) -> str:
        return f"rename output {join(self.scope, self.name)} to {self.new}"


def _at_readers(graph: Graph, scope: str, change: Change) -> Graph:
    """The graph with changed wires from every node that represents the body at ``scope``."""
    if not scope:
        return graph
    places = placed(graph, scope)
    for outer in dict.fromkeys(outer for outer, _ in bodies(graph)):
        names = {name for place, name in places if place == outer}
        if names:
            body = rewire(
                graph.body(outer), lambda ref, names=names: change(ref) if ref.node in names else ref
            )
            graph = graph.with_body(outer, body)
    return graph


def _spelled_out(graph: Graph, scope: str) -> Graph:
    """The graph with ``node`` made explicit, as ``node.port``, for a body that gets a second output."""
    names = output_names(graph.body(scope))
    if len(names) != 1:
        return graph
    return _at_readers(graph, scope, lambda ref: Ref(ref.node, names[0]) if ref.port is None else ref)
