"""Expressions of sizes, as written in source text.

    sum     = product, { ("+" | "-"), product }
    product = atom, { ("*" | "//"), atom }
    atom    = integer | name | "$" name | "(" sum ")" | "-" atom

``parse(str(expr)) == expr`` for every expression that ``parse`` returns, and ``str`` uses no superfluous
parentheses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from zoo.errors import SizeError

_TOKEN = re.compile(r"\s*(?:([0-9]+)|(\$?[A-Za-z_][A-Za-z0-9_]*)|(//|[-+*()]))")
_MOST_TOKENS = 100  # bounds the recursion of the parser and the printer

LARGEST = 2**63 - 1
"""The largest absolute value of a size: the limit of tensor dimensions."""


@dataclass(frozen=True, slots=True)
class Name:
    """``dim`` (an axis or setting) or ``$dim`` (a param); ``text`` keeps the dollar sign."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Op:
    """``left op right`` with op one of ``+ - * //``; ``-x`` is ``0 - x``."""

    op: str
    left: Expr
    right: Expr

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        if _rank(self) == _ATOM:
            return f"-{right}" if _rank(self.right) == _ATOM else f"-({right})"
        if _rank(self.left) < _rank(self):
            left = f"({left})"
        if _rank(self.right) <= _rank(self):
            right = f"({right})"
        return f"{left} {self.op} {right}"


Expr: TypeAlias = int | Name | Op

_SUM, _PRODUCT, _ATOM = range(3)


def _rank(expr: Expr) -> int:
    """The precedence of an expression; one of lower precedence needs parentheses as an operand."""
    if not isinstance(expr, Op):
        return _ATOM
    if expr.op in "+-":
        # `0 - 5` is not an atom, since `-5` is read as a number
        negation = expr.op == "-" and expr.left == 0 and not isinstance(expr.right, int)
        return _ATOM if negation else _SUM
    return _PRODUCT


@lru_cache(maxsize=4096)
def parse(text: str) -> Expr:
    """Parse ``$dim * 4 + 1``: integers, names, params, ``+ - * //`` and parentheses.

    Raises SizeError for a syntax error, or for a number that is too large.
    """
    tokens = _tokens(text)
    expr, rest = _sum(tokens, 0, text)
    if rest != len(tokens):
        raise SizeError(f"'{text}' is not a size: unexpected '{tokens[rest]}'")
    return expr


def _tokens(text: str) -> list[str]:
    tokens: list[str] = []
    at = 0
    end = len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise SizeError(
                f"'{text}' is not a size: only integers, names, $params and + - * // may stand in it"
            )
        tokens.append(match[match.lastindex or 0])
        at = match.end()
        if len(tokens) > _MOST_TOKENS:
            raise SizeError(
                f"a size is made of at most {_MOST_TOKENS} numbers, names and signs; '{text[:20]}…' has more"
            )
    return tokens


def _sum(tokens: list[str], at: int, text: str) -> tuple[Expr, int]:
    left, at = _product(tokens, at, text)
    while at < len(tokens) and tokens[at] in ("+", "-"):
        right, after = _product(tokens, at + 1, text)
        left, at = Op(tokens[at], left, right), after
    return left, at


def _product(tokens: list[str], at: int, text: str) -> tuple[Expr, int]:
    left, at = _atom(tokens, at, text)
    while at < len(tokens) and tokens[at] in ("*", "//"):
        right, after = _atom(tokens, at + 1, text)
        left, at = Op(tokens[at], left, right), after
    return left, at


def _atom(tokens: list[str], at: int, text: str) -> tuple[Expr, int]:
    if at == len(tokens):
        raise SizeError(f"'{text}' is not a size: it ends where a number or a name is expected")
    token = tokens[at]
    if token == "(":
        inner, at = _sum(tokens, at + 1, text)
        if at == len(tokens) or tokens[at] != ")":
            raise SizeError(f"'{text}' is not a size: a parenthesis is not closed")
        return inner, at + 1
    if token == "-":
        inner, at = _atom(tokens, at + 1, text)
        return (-inner if isinstance(inner, int) else Op("-", 0, inner)), at
    if token[0].isdigit():
        return _integer(token), at + 1
    if token[0] in "+*/)":
        raise SizeError(f"'{text}' is not a size: unexpected '{token}'")
    return Name(token), at + 1


def _integer(digits: str) -> int:
    # check the length first: int() raises its own error for thousands of digits
    if len(digits) > len(str(LARGEST)) or int(digits) > LARGEST:
        raise SizeError(f"a size is at most {LARGEST}, not {digits[:24]}{'…' if len(digits) > 24 else ''}")
    return int(digits)


def names(expr: Expr) -> Iterator[str]:
    """The names of an expression, left to right, params with their dollar sign."""
    if isinstance(expr, Name):
        yield expr.text
    elif isinstance(expr, Op):
        yield from names(expr.left)
        yield from names(expr.right)
