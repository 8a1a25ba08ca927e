"""Edits of nodes: add, remove, rename, replace, place a box."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from zoo.edits.base import Edit, inserted, node_at, renamed, with_node, without
from zoo.edits.boxes import without_lost_boxes
from zoo.edits.checks import check_new, check_node
from zoo.edits.paths import (
    Place,
    check_unhidden,
    lookup,
    nodes,
    rename_references,
    retie,
    scopes_around,
    within,
)
from zoo.errors import EditError, did_you_mean
from zoo.graph import Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, join, kind, put, visible
from zoo.wires import rewire


@dataclass(frozen=True, slots=True)
class AddNode(Edit):
    """Adds a node to a body, before the one at ``index``, or at the end."""

    scope: str
    name: str
    node: Node
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        body = graph.body(self.scope)
        check_new(body, self.name, "a node")
        check_unhidden(graph, self.scope, self.name)
        body = replace(body, nodes=inserted(body.nodes, self.name, self.node, self.index))
        after = graph.with_body(self.scope, body)
        check_node(after, self.scope, self.name)
        return after

    def describe(self) -> str:
        return f"add {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class RemoveNode(Edit):
    """Removes a node from a body, with the wires that read it and the ties to its parameters."""

    scope: str
    name: str

    def change(self, graph: Graph) -> Graph:
        return _without(graph, self.scope, (self.name,))

    def describe(self) -> str:
        return f"remove {join(self.scope, self.name)}"


@dataclass(frozen=True, slots=True)
class RemoveNodes(Edit):
    """Removes several nodes from a body at once, as ``RemoveNode`` does; they may reuse each other."""

    scope: str
    names: tuple[str, ...]

    def change(self, graph: Graph) -> Graph:
        return _without(graph, self.scope, self.names)

    def describe(self) -> str:
        few = ", ".join(join(self.scope, name) for name in self.names[:3])
        return f"remove {few}" if len(self.names) <= 3 else f"remove {few} and {len(self.names) - 3} more"


def _without(graph: Graph, scope: str, names: Collection[str]) -> Graph:
    for name in names:
        node_at(graph, scope, name)
    gone = {(scope, name) for name in names}
    paths = {join(scope, name) for name in names}

    def stays(user: Place) -> bool:
        return user not in gone and not any(outer in paths for outer in scopes_around(user[0]))

    for user, node in nodes(graph):
        meant = lookup(graph, user[0], node.of) if isinstance(node, Reuse) and stays(user) else None
        if meant is not None and meant in gone:
            raise EditError(
                f"'{join(*user)}' reuses '{meant[1]}'; remove it first, or let it reuse another node"
            )
    graph = retie(
        graph, lambda user, words, ways: None if stays(user) and not gone.isdisjoint(ways) else words
    )
    body = graph.body(scope)
    body = replace(body, nodes=without(body.nodes, *names))
    graph = graph.with_body(scope, rewire(body, lambda ref: None if (scope, ref.node) in gone else ref))
    inside = [key for key in graph.layout if any(outer in paths for outer in scopes_around(key))]
    return without_lost_boxes(replace(graph, layout=without(graph.layout, *inside)))


@dataclass(frozen=True, slots=True)
class RenameNode(Edit):
    """Renames a node, including in wires, ``reuse``, ``tie`` and the layout."""

    scope: str
    name: str
    new: str

    def change(self, graph: Graph) -> Graph:
        node_at(graph, self.scope, self.name)
        if self.new == self.name:
            return graph
        check_new(graph.body(self.scope), self.new, "a node")
        check_unhidden(graph, self.scope, self.new)
        graph = rename_references(graph, (self.scope, self.name), self.new)
        body = graph.body(self.scope)
        body = replace(body, nodes=renamed(body.nodes, self.name, self.new))
        body = rewire(body, lambda ref: Ref(self.new, ref.port) if ref.node == self.name else ref)
        return rename_in_layout(graph.with_body(self.scope, body), self.scope, self.name, self.new)

    def describe(self) -> str:
        return f"rename {join(self.scope, self.name)} to {self.new}"


def rename_in_layout(graph: Graph, scope: str, name: str, new: str) -> Graph:
    """The graph with the boxes of a node or input, and of its contents, under its new name."""
    old_path, new_path = join(scope, name), join(scope, new)
    if not any(within(key, old_path) for key in graph.layout):
        return graph
    layout = {
        new_path + key[len(old_path) :] if within(key, old_path) else key: place
        for key, place in graph.layout.items()
    }
    return replace(graph, layout=Frozen(layout))


@dataclass(frozen=True, slots=True)
class ReplaceNode(Edit):
    """Replaces a node; whatever reads the old one reads the new one.

    If the new node has no wires, it takes over those of the old one, by the names of the ports.
    """

    scope: str
    name: str
    node: Node

    def change(self, graph: Graph) -> Graph:
        old, new = node_at(graph, self.scope, self.name), self.node
        if not isinstance(new, Scan) and not isinstance(old, Scan) and not new.inputs:
            new = _with_wires_of(new, old)
        after = with_node(graph, self.scope, self.name, new)
        check_node(after, self.scope, self.name)
        return after

    def describe(self) -> str:
        what = self.node.use if isinstance(self.node, Call | Repeat) else f"a {kind(self.node)}"
        return f"replace {join(self.scope, self.name)} by {what}"


def _with_wires_of(new: Call | Repeat | Reuse, old: Call | Repeat | Reuse) -> Node:
    if not isinstance(old, Repeat):
        return replace(new, inputs=old.inputs)
    if isinstance(new, Repeat):
        return replace(new, inputs=old.inputs, carry=new.carry or old.carry)
    return replace(new, inputs=Frozen({**old.carry, **old.inputs}))


@dataclass(frozen=True, slots=True)
class MoveNode(Edit):
    """Places the box of a node or input on the grid; None returns it to the automatic layout."""

    scope: str
    name: str
    to: tuple[int, int] | None

    def change(self, graph: Graph) -> Graph:
        names = set(visible(graph.body(self.scope)))
        if self.name not in names:
            raise EditError(f"there is nothing called '{self.name}' to move{did_you_mean(self.name, names)}")
        path = join(self.scope, self.name)
        layout = without(graph.layout, path) if self.to is None else put(graph.layout, path, self.to)
        return replace(graph, layout=layout)

    def describe(self) -> str:
        return f"move {join(self.scope, self.name)}"
