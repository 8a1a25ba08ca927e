"""The edit that puts a whole other graph in: what a person wrote as text, or what the file holds."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.edits import Edit
from zoo.graph import Graph


@dataclass(frozen=True, slots=True)
class Rewrite(Edit):
    """Replaces the graph, its text included, so that undoing brings back every comment too.

    The two graphs share what is the same in both, if the new one was read beside the old (``shared``).
    """

    graph: Graph
    label: str

    def change(self, graph: Graph) -> Graph:  # noqa: ARG002 - whatever it was
        return self.graph

    def describe(self) -> str:
        return self.label

    def apply(self, graph: Graph) -> tuple[Graph, Edit]:
        return self.graph, Rewrite(graph, f"undo {self.label}")
