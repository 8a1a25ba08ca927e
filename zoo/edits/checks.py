"""What an edit refuses to put into a graph: what no file can say, and what leads nowhere.

Types, shapes and settings are for ``zoo.check``: while somebody draws, a graph may be unfinished. But every
wire of an edit reads a name that is there, no wires run in a circle, and whatever an edit writes can be saved
and read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from zoo.edits.paths import block_of, original, reaches
from zoo.errors import EditError, did_you_mean
from zoo.files.scalars import word
from zoo.files.text import WordError
from zoo.files.words import check_name, parse_expression, parse_port, parse_setting, parse_start, parse_use
from zoo.graph import (
    Body,
    Call,
    Frozen,
    Graph,
    Learned,
    Ref,
    Repeat,
    Reuse,
    Scan,
    Value,
    Zeros,
    join,
    split_scope,
    visible,
)
from zoo.sizes import Expr, Name, Op
from zoo.spec import Port
from zoo.wires import node_wires, path_back

T = TypeVar("T")


def check_new(body: Body, name: str, what: str) -> None:
    """EditError unless ``name`` may be given to a new node or input (``what``) of the body."""
    said(check_name, name, what)
    if name in visible(body):
        where = "a node" if name in body.nodes else "an input"
        raise EditError(f"'{name}' is taken by {where}; nodes and inputs of one body have names of their own")


def check_unused(taken: Iterable[str], name: str, what: str) -> None:
    """EditError unless ``name`` may be given to ``what`` beside those that are taken."""
    said(check_name, name, what)
    if name in taken:
        raise EditError(f"there is already {what} '{name}'")


def check_sources(body: Body, refs: Iterable[Ref], reader: str = "") -> None:
    """EditError unless every ref names something in the body that does not itself depend on ``reader``."""
    names = set(visible(body))
    for ref in refs:
        if ref.node not in names:
            raise EditError(
                f"there is nothing called '{ref.node}' to read here{did_you_mean(ref.node, names)}"
            )
        if ref.port is not None:
            said(check_name, ref.port, "a port")
        way = path_back(body, ref.node, (reader,)) if reader else None
        if way is not None:
            cycle = " -> ".join([reader, *reversed(way)])
            raise EditError(f"cycle {cycle}; a wire back in time goes through a scan's 'state' and 'next'")


def check_node(graph: Graph, scope: str, name: str) -> None:
    """EditError unless a node, and whatever is inside it, fits where it stands."""
    body = graph.body(scope)
    node = body.nodes[name]
    check_sources(body, (ref for _, ref in node_wires(name, node)), name)
    for end, _ in node_wires(name, node):
        if end.port:
            said(check_name, end.port, "a port")
    if isinstance(node, Scan):
        check_starts(node)
        said(check_name, node.over, "an axis")
        for inner in node.nodes:
            said(check_name, inner, "a node")
            check_node(graph, join(scope, name), inner)
        check_sources(node, (*node.next.values(), *node.stack.values()))
        return
    if "" in node.inputs and len(node.inputs) > 1:
        raise EditError("a wire without a port stands beside others; name its port")
    if isinstance(node, Reuse):
        if original(graph, (scope, name)) is None:
            raise EditError(f"'{name}' reuses '{node.of}', and there is no such node here or around")
        return
    check_use(graph, scope, node)
    if isinstance(node, Repeat):
        check_count(node.count)


def check_use(graph: Graph, scope: str, node: Call | Repeat) -> None:
    """EditError unless ``use`` is a layer, a block of the file or of another, and no block contains
    itself.
    """
    said(parse_use, node.use)
    if "/" in node.use or "#" in node.use:
        return
    used = block_of(graph, node)
    if not used:
        raise EditError(f"there is no block '{node.use}' here{did_you_mean(node.use, graph.blocks)}")
    block, _ = split_scope(scope)
    if block is not None and reaches(graph, used, block):
        raise EditError(f"block '{used}' is or contains '{block}', and no block contains itself")


def check_port(port: Port) -> None:
    """EditError unless a type can be written: a port of a layer may be more than that."""
    if said(parse_port, str(port)) != port:
        raise EditError(f"'{port}' is a type for the hints of layers; here every axis has a name or a size")


def check_starts(scan: Scan) -> None:
    """EditError unless the states of a scan start as something that can be written."""
    for state, start in scan.state.items():
        said(check_name, state, "a state")
        if said(parse_start, str(start)) != start:
            what = "zeros or learned axes" if isinstance(start, Zeros | Learned) else "an output"
            raise EditError(f"state '{state}' starts as {what} that would read as something else: '{start}'")


def check_count(count: Expr) -> None:
    """EditError unless a repeat can be that often, written as a number or an expression of params."""
    if isinstance(count, int) and count < 0:
        raise EditError(f"a repeat is not repeated {count} times")
    said(parse_expression, str(count))


def check_value(value: Value, depth: int = 20) -> None:
    """EditError unless a setting can be written and read back as it is."""
    if not depth:
        raise EditError("a setting holds lists and mappings at most 20 levels deep")
    if isinstance(value, Name | Op):
        if said(parse_setting, str(value)) != value:
            raise EditError(f"'{value}' names no param; write the number that it is")
    elif isinstance(value, Frozen):
        for key, item in value.items():
            said(word, key)
            check_value(item, depth - 1)
    elif isinstance(value, tuple):
        for item in value:
            check_value(item, depth - 1)
    else:
        said(word, value)


def said(check: Callable[..., T], *words: object) -> T:
    """What the code that reads and writes files makes of a word, its error as an EditError."""
    try:
        return check(*words)
    except WordError as error:
        raise EditError(str(error)) from None
