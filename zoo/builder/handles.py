"""The handles that a builder returns: outputs to wire, and params for expressions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from zoo.errors import EditError, came
from zoo.graph import Ref
from zoo.sizes import Expr, Op

if TYPE_CHECKING:
    from zoo.builder.bodies import BodyBuilder


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A param, or an expression of params and integers."""

    expr: Expr

    def __add__(self, other: Expression | int) -> Expression:
        return Expression(Op("+", self.expr, _expr(other)))

    def __radd__(self, other: int) -> Expression:
        return Expression(Op("+", other, self.expr))

    def __sub__(self, other: Expression | int) -> Expression:
        return Expression(Op("-", self.expr, _expr(other)))

    def __rsub__(self, other: int) -> Expression:
        return Expression(Op("-", other, self.expr))

    def __mul__(self, other: Expression | int) -> Expression:
        return Expression(Op("*", self.expr, _expr(other)))

    def __rmul__(self, other: int) -> Expression:
        return Expression(Op("*", other, self.expr))

    def __floordiv__(self, other: Expression | int) -> Expression:
        return Expression(Op("//", self.expr, _expr(other)))

    def __rfloordiv__(self, other: int) -> Expression:
        return Expression(Op("//", other, self.expr))

    def __str__(self) -> str:
        return str(self.expr)


def _expr(value: Expression | int) -> Expr:
    if isinstance(value, Expression):
        return value.expr
    if type(value) is not int:
        raise EditError(f"params can be calculated with integers only, and {value!r} is not one")
    return value


class Output:
    """Something that the nodes of one body can read: an input, or an output of a node."""

    __slots__ = ("body_", "ref_")

    def __init__(self, body: BodyBuilder, ref: Ref) -> None:
        self.body_, self.ref_ = body, ref

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.ref_}>"


def ref_in(body: BodyBuilder, output: Output) -> Ref:
    """The ref by which ``body`` reads ``output``; raises EditError if it belongs to another body."""
    if not isinstance(output, Output):  # pyright: ignore[reportUnnecessaryIsInstance]  # from code without types
        raise EditError(f"a wire must read a node or an input of this graph, not {came(output)}")
    if output.body_ is body:
        return output.ref_
    raise EditError(
        f"'{output.ref_}' is in {output.body_.what}, and {body.what} sees its own inputs and nodes; "
        f"{body.lets_in}"
    )


def owner(output: Output) -> tuple[BodyBuilder, str]:
    """The body that an output belongs to, and the name of its node or input there."""
    return output.body_, output.ref_.node


Readable: TypeAlias = Output | list[Output] | tuple[Output, ...]
"""What a port reads: one output, or several for a variadic port."""


class Node(Output):
    """A node: ``node.h`` and ``node["h"]`` are its output ``h``, ``node`` itself is its only output."""

    __slots__ = ()

    def __getattr__(self, port: str) -> Output:
        if port.startswith("__"):
            raise AttributeError(port)
        return self[port]

    def __getitem__(self, port: str) -> Output:
        return Output(self.body_, Ref(self.ref_.node, port))

    def tie(self, parameters: Mapping[str, Output | str] | None = None, /, **named: Output | str) -> Node:
        """Tie parameters of this node to those of others: ``tie(weight=embed.weight)``.

        Paths through nodes are given as text: ``tie({"0.first.weight": "encoder.1.first.weight"})``.
        """
        for parameter, target in {**(parameters or {}), **named}.items():
            path = target if isinstance(target, str) else str(target.ref_)
            self.body_.tie(self.ref_.node, parameter, path)
        return self
