"""Boxes of outputs in ``layout``, which are removed together with their outputs."""

from __future__ import annotations

from dataclasses import replace

from zoo.edits.base import without
from zoo.errors import EditError
from zoo.graph import Body, Graph, Scan


def output_names(body: Body) -> list[str]:
    """The outputs of a body, in file order."""
    return [*body.stack, *body.final] if isinstance(body, Scan) else [*body.outputs]


def without_lost_boxes(graph: Graph) -> Graph:
    """The graph without the boxes of outputs that no longer exist."""
    lost = [key for key in graph.layout if "->" in key and not _is_there(graph, key)]
    return replace(graph, layout=without(graph.layout, *lost)) if lost else graph


def _is_there(graph: Graph, key: str) -> bool:
    scope, _, name = key.rpartition("->")
    try:
        return name in output_names(graph.body(scope.removesuffix(".")))
    except EditError:  # its body no longer exists either
        return False
