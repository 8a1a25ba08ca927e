"""Edits of params: the named values of a graph or block that settings, types and counts use as ``$name``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from zoo.edits.base import Edit, entry, inserted, renamed, without
from zoo.edits.checks import check_unused
from zoo.edits.expressions import in_body, names_in_body, names_in_node, names_in_port
from zoo.edits.paths import Place, map_nodes
from zoo.edits.settings import shown
from zoo.edits.words import check_value
from zoo.errors import EditError
from zoo.graph import Block, Call, Graph, Node, Repeat, Scan, Value, put
from zoo.sizes import Name


def _owner(graph: Graph, scope: str) -> Graph | Block:
    body = graph.body(scope)
    if isinstance(body, Scan):
        raise EditError(f"params belong to a graph or a block, and '{scope}' is a scan")
    return body


def _at_uses(graph: Graph, scope: str, change: Callable[[Call | Repeat], Node]) -> Graph:
    """The graph with every use of the block at ``scope`` changed."""
    if not scope:
        return graph

    def node_of(_: Place, node: Node) -> Node:
        if isinstance(node, Call | Repeat) and f"#{node.use}" == scope:
            return change(node)
        return node

    return map_nodes(graph, node_of)


@dataclass(frozen=True, slots=True)
class SetParam(Edit):
    """Sets the value of a param; a new one is added before the one at ``index``, or at the end.

    None makes the param of a block required.
    """

    scope: str
    param: str
    value: Value
    index: int | None = None

    def change(self, graph: Graph) -> Graph:
        owner = _owner(graph, self.scope)
        if not isinstance(self.value, bool | int | float | str | None):
            raise EditError(f"a param is a number, a text, true, false or ~, not {self.value!r}")
        check_value(self.value)
        if self.param in owner.params:
            params = put(owner.params, self.param, self.value)
        else:
            check_unused((), self.param, "a param")
            params = inserted(owner.params, self.param, self.value, self.index)
        return graph.with_body(self.scope, replace(owner, params=params))

    def describe(self) -> str:
        return f"set param {self.param} to {shown(self.value)}"


@dataclass(frozen=True, slots=True)
class RenameParam(Edit):
    """Renames a param, including where it is used and, for a block, where its value is given."""

    scope: str
    param: str
    new: str

    def change(self, graph: Graph) -> Graph:
        owner = _owner(graph, self.scope)
        entry(owner.params, self.param, "param")
        if self.new == self.param:
            return graph
        check_unused(owner.params, self.new, "a param")
        owner = in_body(owner, {f"${self.param}": Name(f"${self.new}")})
        owner = replace(owner, params=renamed(owner.params, self.param, self.new))
        graph = graph.with_body(self.scope, owner)
        return _at_uses(graph, self.scope, self._renamed)

    def _renamed(self, node: Call | Repeat) -> Node:
        if self.new in node.settings and self.param in node.settings:
            raise EditError(f"a use of the block gives '{self.new}' already; unset it first")
        if isinstance(node, Repeat):
            node = replace(node, vary=renamed(node.vary, self.param, self.new))
        return replace(node, settings=renamed(node.settings, self.param, self.new))

    def describe(self) -> str:
        return f"rename param {self.param} to {self.new}"


@dataclass(frozen=True, slots=True)
class RemoveParam(Edit):
    """Removes an unused param; with ``inline``, its uses are first replaced by its value.

    For a block, its uses no longer give a value.
    """

    scope: str
    param: str
    inline: bool = False

    def change(self, graph: Graph) -> Graph:
        owner = _owner(graph, self.scope)
        value = entry(owner.params, self.param, "param")
        name = f"${self.param}"
        if self.inline and value is None:
            raise EditError(f"'{self.param}' has no value to write in its place; give it one first")
        if self.inline:
            owner = in_body(owner, {name: value})
        elif name in names_in_body(owner):
            users = [user for user, node in owner.nodes.items() if name in names_in_node(node)]
            users += [user for user, port in owner.inputs.items() if name in names_in_port(port)]
            raise EditError(
                f"'{name}' is used by {', '.join(users)}; change them first, or write its value there"
            )
        graph = graph.with_body(self.scope, replace(owner, params=without(owner.params, self.param)))
        return _at_uses(graph, self.scope, self._removed)

    def _removed(self, node: Call | Repeat) -> Node:
        if isinstance(node, Repeat) and self.param in node.vary:
            node = replace(node, vary=without(node.vary, self.param))
        return replace(node, settings=without(node.settings, self.param))

    def describe(self) -> str:
        return f"remove param {self.param}"
