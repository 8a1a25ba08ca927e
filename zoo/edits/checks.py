"""Structural checks of edits: free names, wires to existing nodes, no cycles.

Types, shapes and settings are left to ``zoo.check``, since a graph may be incomplete while it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable

from zoo.edits.paths import block_of, original, reaches
from zoo.edits.words import check_written, said
from zoo.errors import EditError, did_you_mean
from zoo.files.words import check_name
from zoo.graph import Body, Call, Graph, Ref, Repeat, Reuse, Scan, join, split_scope, visible
from zoo.wires import node_wires, path_back_from


def check_new(body: Body, name: str, what: str) -> None:
    """Raise EditError unless ``name`` is valid and free for a new node or input (``what``) of the body."""
    said(check_name, name, what)
    if name in visible(body):
        where = "a node" if name in body.nodes else "an input"
        raise EditError(f"'{name}' is taken by {where}; nodes and inputs of one body have names of their own")


def check_unused(taken: Iterable[str], name: str, what: str) -> None:
    """Raise EditError unless ``name`` is valid for ``what`` and not taken."""
    said(check_name, name, what)
    if name in taken:
        raise EditError(f"there is already {what} '{name}'")


def check_sources(body: Body, refs: Iterable[Ref], reader: str = "") -> None:
    """Raise EditError unless every ref names something in the body that does not depend on ``reader``."""
    names = set(visible(body))
    read = dict.fromkeys(ref.node for ref in refs)
    for name in read:
        if name not in names:
            raise EditError(f"there is nothing called '{name}' to read here{did_you_mean(name, names)}")
    way = path_back_from(body, read, (reader,)) if reader else None
    if way is not None:
        cycle = " -> ".join([*reversed(way), reader])
        raise EditError(f"cycle {cycle}; a wire back in time goes through a scan's 'state' and 'next'")


def check_node(graph: Graph, scope: str, name: str) -> None:
    """Raise EditError unless a node, including its contents, is structurally valid at its place."""
    body = graph.body(scope)
    check_written(body.nodes[name])
    _check_place(graph, scope, name)


def _check_place(graph: Graph, scope: str, name: str) -> None:
    body = graph.body(scope)
    node = body.nodes[name]
    check_sources(body, (ref for _, ref in node_wires(name, node)), name)
    if isinstance(node, Scan):
        for inner in node.nodes:
            _check_place(graph, join(scope, name), inner)
        check_sources(node, (*node.next.values(), *node.stack.values()))
    elif isinstance(node, Reuse):
        if original(graph, (scope, name)) is None:
            raise EditError(f"'{name}' reuses '{node.of}', and there is no such node here or around")
    else:
        _check_use(graph, scope, node)


def _check_use(graph: Graph, scope: str, node: Call | Repeat) -> None:
    if "/" in node.use or "#" in node.use:
        return
    used = block_of(graph, node)
    if not used:
        raise EditError(f"there is no block '{node.use}' here{did_you_mean(node.use, graph.blocks)}")
    block, _ = split_scope(scope)
    if block is not None and reaches(graph, used, block):
        raise EditError(f"block '{used}' is or contains '{block}', and no block contains itself")
