"""Names in expressions: finding and substituting them.

Params occur as ``$name`` in settings, counts, initial states and types; axes occur as bare names, and only in
initial states, types and the ``over`` of scans.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from zoo.edits.words import check_port, check_written
from zoo.errors import EditError, SizeError
from zoo.graph import Body, Call, Frozen, Node, Ref, Repeat, Scan, Start, Value
from zoo.sizes import Expr, Name, Op, evaluate, names
from zoo.spec import Port
from zoo.wires import changed, updated

B = TypeVar("B", bound=Body)

Meanings: TypeAlias = Mapping[str, Value]
"""Substitutions for names: ``{"$dim": 64, "time": Name("target")}``."""


def names_in_value(value: Value) -> Iterator[str]:
    """The names in a setting."""
    if isinstance(value, Name | Op):
        yield from names(value)
    elif isinstance(value, Frozen):
        for item in value.values():
            yield from names_in_value(item)
    elif isinstance(value, tuple):
        for item in value:
            yield from names_in_value(item)


def names_in_node(node: Node) -> Iterator[str]:
    """The names in a node, including its contents."""
    if isinstance(node, Call | Repeat):
        yield from names_in_value(node.settings)
    if isinstance(node, Repeat):
        for values in node.vary.values():
            yield from names_in_value(values)
        yield from names(node.count)
    if isinstance(node, Scan):
        yield node.over
        for start in node.state.values():
            if not isinstance(start, Ref):
                yield from names_in_value(start.shape)
        for inner in node.nodes.values():
            yield from names_in_node(inner)


def names_in_port(port: Port) -> Iterator[str]:
    """The names in a type."""
    for axis in port.shape:
        if isinstance(axis, Name | Op):
            yield from names(axis)


def names_in_body(body: Body) -> Iterator[str]:
    """The names in a body: in its nodes, including their contents, and in its inputs."""
    for node in body.nodes.values():
        yield from names_in_node(node)
    if not isinstance(body, Scan):
        for port in body.inputs.values():
            yield from names_in_port(port)


# ----------------------------------------------------------------------------------------------- substitution


def in_expression(expr: Expr, meanings: Meanings) -> Expr:
    """An expression with names replaced; raises EditError if the result is not an integer expression."""
    if isinstance(expr, int) or not any(name in meanings for name in names(expr)):
        return expr
    if isinstance(expr, Op):
        expr = Op(expr.op, in_expression(expr.left, meanings), in_expression(expr.right, meanings))
        return _number(expr) if not any(names(expr)) else expr
    value = meanings[expr.text]
    if isinstance(value, bool) or not isinstance(value, int | Name | Op):
        raise EditError(f"'{expr}' stands in an expression of integers, and its value is {value!r}")
    return value


def _number(expr: Expr) -> Expr:
    try:
        size = evaluate(expr, lambda _: 0)
    except SizeError as error:
        raise EditError(str(error)) from None
    assert isinstance(size, int)
    return size


def in_value(value: Value, meanings: Meanings) -> Value:
    """A setting with names replaced; the same object if it has none of them."""
    if isinstance(value, Name):
        return meanings.get(value.text, value)
    if isinstance(value, Op):
        return in_expression(value, meanings)
    if isinstance(value, Frozen):
        return in_settings(value, meanings)
    return in_values(value, meanings) if isinstance(value, tuple) else value


def in_values(values: tuple[Value, ...], meanings: Meanings) -> tuple[Value, ...]:
    """A list of settings with names replaced; the same object if it has none of them."""
    found = tuple(in_value(value, meanings) for value in values)
    return values if all(map(lambda a, b: a is b, found, values)) else found


def in_settings(settings: Frozen[str, Value], meanings: Meanings) -> Frozen[str, Value]:
    """Settings with names replaced; the same object if they have none of them."""
    found = {name: in_value(value, meanings) for name, value in settings.items()}
    return settings if all(found[name] is value for name, value in settings.items()) else Frozen(found)


def in_port(port: Port, meanings: Meanings) -> Port:
    """A type with names replaced; the same object if it has none of them."""
    if not any(name in meanings for name in names_in_port(port)):
        return port
    shape = tuple(
        in_expression(axis, meanings) if isinstance(axis, int | Name | Op) else axis for axis in port.shape
    )
    return replace(port, shape=shape)


def in_node(node: Node, meanings: Meanings) -> Node:
    """A node, including its contents, with names replaced; the same object if it has none of them."""
    if isinstance(node, Call):
        return updated(node, settings=in_settings(node.settings, meanings))
    if isinstance(node, Repeat):
        return updated(
            node,
            count=in_expression(node.count, meanings),
            settings=in_settings(node.settings, meanings),
            vary=changed(node.vary, lambda values: in_values(values, meanings)),
        )
    if not isinstance(node, Scan) or not any(name in meanings for name in names_in_node(node)):
        return node
    over = in_expression(Name(node.over), meanings)
    if not isinstance(over, Name):
        raise EditError(f"a scan over '{node.over}' would walk over '{over}', which is no axis")
    return updated(
        node,
        over=over.text,
        state=changed(node.state, lambda start: _in_start(start, meanings)),
        nodes=changed(node.nodes, lambda inner: in_node(inner, meanings)),
    )


def _in_start(start: Start, meanings: Meanings) -> Start:
    if isinstance(start, Ref):
        return start
    return replace(start, shape=tuple(in_expression(axis, meanings) for axis in start.shape))


def in_body(body: B, meanings: Meanings) -> B:
    """A body with names replaced in its nodes and inputs; the same object if it has none of them.

    Raises EditError if the result cannot be written, as with an axis of size -1.
    """
    nodes = changed(body.nodes, lambda node: in_node(node, meanings))
    for name, node in nodes.items():
        if node is not body.nodes[name]:
            check_written(node)
    if isinstance(body, Scan):
        return updated(body, nodes=nodes)
    inputs = changed(body.inputs, lambda port: in_port(port, meanings))
    for name, port in inputs.items():
        if port is not body.inputs[name]:
            check_port(port)
    return updated(body, nodes=nodes, inputs=inputs)
