"""Boxes of outputs in ``layout``, which go when their outputs go."""

from __future__ import annotations

from dataclasses import replace

from zoo.edits.base import without
from zoo.errors import EditError
from zoo.graph import Body, Graph, Scan


def output_names(body: Body) -> list[str]:
    """The outputs of a body, in the order of the file."""
    return [*body.stack, *body.final] if isinstance(body, Scan) else [*body.outputs]


def without_lost_boxes(graph: Graph) -> Graph:
    """The graph without places of outputs that are gone."""
    lost = [key for key in graph.layout if "->" in key and not _is_there(graph, key)]
    return replace(graph, layout=without(graph.layout, *lost)) if lost else graph


def _is_there(graph: Graph, key: str) -> bool:
    scope, _, name = key.rpartition("->")
    try:
        return name in output_names(graph.body(scope.removesuffix(".")))
    except EditError:  # its body is gone too
        return False
