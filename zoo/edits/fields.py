"""The edit of plain fields of nodes, blocks and the graph, which are neither wires nor settings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

from zoo.edits.base import Edit, entry, node_at, with_node
from zoo.edits.checks import check_node
from zoo.edits.words import said
from zoo.errors import EditError
from zoo.files.words import check_name, check_requirement
from zoo.graph import Block, Body, Call, Graph, Node, Repeat, Reuse, Scan, join
from zoo.sizes import Expr, Name, Op

T = TypeVar("T", bound=Node | Body)

_FIELDS: dict[type[Node | Body], dict[str, type]] = {
    Graph: {"name": str, "about": str, "requires": tuple, "causal": tuple},
    Block: {"about": str},
    Call: {"use": str, "freeze": bool},
    Repeat: {"use": str, "count": int, "share": bool, "freeze": bool},
    Scan: {"over": str, "reverse": bool, "freeze": bool},
    Reuse: {"of": str},
}


@dataclass(frozen=True, slots=True)
class SetField(Edit):
    """Sets a plain field of a node or, if ``node`` is empty, of the graph or block itself.

    The fields are: ``use`` of a layer or block; ``use``, ``count`` and ``share`` of a repeat; ``over`` and
    ``reverse`` of a scan; ``freeze`` of all of these; ``of`` of a reuse; ``name``, ``about``, ``requires``
    and ``causal`` of a graph; ``about`` of a block.
    """

    scope: str
    node: str
    field: str
    value: str | bool | Expr | tuple[str, ...]

    def change(self, graph: Graph) -> Graph:
        if self.node:
            node = self._changed(node_at(graph, self.scope, self.node))
            graph = with_node(graph, self.scope, self.node, node)
            check_node(graph, self.scope, self.node)
            return graph
        body = graph.body(self.scope)
        if isinstance(body, Scan):
            raise EditError(f"the fields of a scan are set as those of a node, '{self.scope}'")
        return graph.with_body(self.scope, self._changed(body))

    def _changed(self, thing: T) -> T:
        type_ = entry(_FIELDS[type(thing)], self.field, "field")
        value = self.value
        expression = self.field == "count" and isinstance(value, Name | Op)
        if not expression and type(value) is not type_:
            raise EditError(f"'{self.field}' is {_WORDS[type_]}, not {value!r}")
        if isinstance(value, str):
            _check_text(self.field, value)
        if isinstance(value, tuple):
            for word in value:
                if self.field == "causal":
                    said(check_name, word, "an axis")
                else:
                    said(check_requirement, word)
        return replace(thing, **{self.field: value})

    def describe(self) -> str:
        if self.field == "freeze":
            return f"{'freeze' if self.value else 'unfreeze'} {join(self.scope, self.node)}"
        of = f" of {join(self.scope, self.node)}" if self.node or self.scope else ""
        value = ", ".join(self.value) if isinstance(self.value, tuple) else self.value
        return f"set {self.field}{of} to {value}"


_WORDS = {
    str: "a text",
    bool: "true or false",
    int: "a number or an expression of $params",
    tuple: "several texts",
}


def _check_text(field: str, text: str) -> None:
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise EditError(f"'{field}' holds half of a surrogate pair, which is no character")
    if field == "name" and not (text.strip() and text.isprintable()):
        raise EditError("the name of a graph is a word or a line of text")
