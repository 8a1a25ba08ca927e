"""Checks that the values in an edit can be written to a file and read back unchanged.

They use the code that reads and writes files, so whatever edits produce can be saved and loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from zoo.errors import EditError, came
from zoo.files.scalars import word
from zoo.files.text import WordError
from zoo.files.words import check_name, parse_expression, parse_port, parse_setting, parse_start, parse_use
from zoo.graph import Frozen, Node, Repeat, Reuse, Scan, Start, Value
from zoo.sizes import Expr, Name, Op
from zoo.spec import Port
from zoo.wires import node_wires

T = TypeVar("T")


def check_written(node: Node) -> None:
    """Raise EditError unless a node, including its contents, can be written."""
    for end, ref in node_wires("", node):
        _check_names("a port", [port for port in (end.port, ref.port) if port])
    if isinstance(node, Scan):
        _check_scan(node)
        return
    if "" in node.inputs and len(node.inputs) > 1:
        raise EditError("a wire without a port stands beside others; name its port")
    if isinstance(node, Reuse):
        return
    said(parse_use, node.use)
    _check_names("a setting", node.settings)
    check_value(node.settings)
    if isinstance(node, Repeat):
        check_count(node.count)
        if "" in node.carry:
            raise EditError("what a repeat carries goes by the name of a port, and one has none; name it")
        _check_names("a setting", node.vary)
        for values in node.vary.values():
            check_value(values)


def _check_scan(scan: Scan) -> None:
    said(check_name, scan.over, "an axis")
    _check_names("a node", scan.nodes)
    for part in (scan.each, scan.state, scan.const, scan.next, scan.stack, scan.final):
        _check_names("what enters or leaves a scan", part)
    for start in scan.state.values():
        check_start(start)
    for node in scan.nodes.values():
        check_written(node)


def _check_names(what: str, found: Iterable[str]) -> None:
    for name in found:
        said(check_name, name, what)


def check_port(port: Port) -> None:
    """Raise EditError unless a type can be written; some ports of layers cannot."""
    if said(parse_port, str(port)) != port:
        raise EditError(f"'{port}' is a type for the hints of layers; here every axis has a name or a size")


def check_count(count: Expr) -> None:
    """Raise EditError unless a count of layers is a valid number or expression of params."""
    if isinstance(count, int) and count < 0:
        raise EditError(f"a repeat is not repeated {count} times")
    said(parse_expression, str(count))


def check_start(start: Start) -> None:
    """Raise EditError unless an initial state can be written; a node named 'zeros' would be read as zeros."""
    if said(parse_start, str(start)) != start:
        raise EditError(f"a state that starts as {start!r} would read as something else: '{start}'")


def check_value(value: Value, depth: int = 20) -> None:
    """Raise EditError unless a setting can be written and read back unchanged."""
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
    elif _is_scalar(value):
        said(word, value)
    else:
        raise EditError(f"a value in a graph must be a number, a text, true, false or ~, not {came(value)}")


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


def said(check: Callable[..., T], *words: object) -> T:
    """Call a function that reads or writes words of files, and raise its errors as EditError."""
    try:
        return check(*words)
    except WordError as error:
        raise EditError(str(error)) from None
