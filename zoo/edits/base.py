"""The base class of edits, compound edits, and look-ups that edits share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

from zoo.edits.patch import Patch, difference, patched
from zoo.errors import EditError, did_you_mean
from zoo.graph import EMPTY, Frozen, Graph, Node, put

V = TypeVar("V")


class Edit(ABC):
    """One change of a graph, as data.

    A subclass defines the graph after the edit (``change``) and the name of the edit in the undo history
    (``describe``); how to undo it follows from the difference between the two graphs.
    """

    __slots__ = ()

    @abstractmethod
    def change(self, graph: Graph) -> Graph:
        """The graph after the edit; raises EditError if it does not fit."""

    @abstractmethod
    def describe(self) -> str:
        """The edit in a few words: ``connect embed to encoder.x``."""

    def apply(self, graph: Graph) -> tuple[Graph, Edit]:
        """The graph after the edit, and the edit that undoes it; raises EditError if it does not fit."""
        after = self.change(graph)
        return after, Undo(self.describe(), difference(after, graph))


@dataclass(frozen=True, slots=True)
class Undo(Edit):
    """Reverts the changes of an edit, and nothing else; ``label`` is the description of that edit."""

    label: str
    patch: Patch
    again: bool = False

    def change(self, graph: Graph) -> Graph:
        return patched(graph, self.patch)

    def describe(self) -> str:
        return f"{'redo' if self.again else 'undo'} {self.label}"

    def apply(self, graph: Graph) -> tuple[Graph, Edit]:
        after = self.change(graph)
        return after, Undo(self.label, difference(after, graph), not self.again)


@dataclass(frozen=True, slots=True)
class Compound(Edit):
    """Several edits, applied in sequence, as a single one; if one does not fit, none is applied."""

    edits: tuple[Edit, ...]
    label: str = ""

    def change(self, graph: Graph) -> Graph:
        for number, edit in enumerate(self.edits, 1):
            try:
                graph = edit.change(graph)
            except EditError as error:
                step = f"step {number} of {len(self.edits)}, {edit.describe()}"
                raise EditError(f"{self.describe()}: {error} ({step})") from None
        return graph

    def describe(self) -> str:
        return self.label or ", ".join(edit.describe() for edit in self.edits) or "change nothing"


# --------------------------------------------------------------------------------------------------- look-ups


def entry(mapping: Mapping[str, V], name: str, what: str) -> V:
    """The value of ``name``; raises EditError, with a suggestion, if there is none."""
    if name not in mapping:
        raise EditError(f"there is no {what} '{name}' here{did_you_mean(name, mapping)}")
    return mapping[name]


def node_at(graph: Graph, scope: str, name: str) -> Node:
    """A node of the graph; raises EditError if there is none."""
    return entry(graph.body(scope).nodes, name, "node")


def with_node(graph: Graph, scope: str, name: str, node: Node) -> Graph:
    """The graph with a node replaced at its position."""
    body = graph.body(scope)
    return graph.with_body(scope, replace(body, nodes=put(body.nodes, name, node)))


# --------------------------------------------------------------------------------------------------- mappings


def inserted(mapping: Mapping[str, V], key: str, value: V, index: int | None = None) -> Frozen[str, V]:
    """``mapping`` with a new entry before the one at ``index``, or at the end."""
    items = list(mapping.items())
    items.insert(len(items) if index is None else index, (key, value))
    return Frozen(items)


def without(mapping: Mapping[str, V], *keys: str) -> Frozen[str, V]:
    """``mapping`` without some entries."""
    gone = set(keys)
    return Frozen({key: value for key, value in mapping.items() if key not in gone}) or EMPTY


def renamed(mapping: Frozen[str, V], old: str, new: str) -> Frozen[str, V]:
    """``mapping`` with a key renamed at its position; the same object if it has no such key."""
    if old not in mapping:
        return mapping
    return Frozen({new if key == old else key: value for key, value in mapping.items()})
