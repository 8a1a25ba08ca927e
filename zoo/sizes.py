"""Sizes: the integers and named axes that shapes are made of.

Two forms, because two things are asked of them:

* an **expression** is what a person wrote (``$dim * 4``, ``time-1``): it keeps its order, prints as it was meant, and is
  evaluated with a lookup for its names;
* a **size** is a value: an ``int`` when it is known, else a ``Symbolic``: an integer polynomial over named axes in a
  normal form, so that ``dim + hidden == hidden + dim`` is a plain comparison.

``$name`` is a param of a graph or block; a bare name is an axis (or, in a layer's hint, one of its settings).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias, Union

from zoo.errors import SizeError

# ---------------------------------------------------------------------------------------------------- expressions

_TOKEN = re.compile(r"\s*(?:(\d+)|(\$?[A-Za-z_][A-Za-z0-9_]*)|(//|[-+*()]))")
_LONGEST = 200  # characters; a size that needs more is a mistake, and the parser recurses


@dataclass(frozen=True, slots=True)
class Name:
    """``dim`` (an axis or setting) or ``$dim`` (a param); ``text`` keeps the dollar sign."""

    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Op:
    """``left op right`` with op one of ``+ - * //``."""

    op: str
    left: Expr
    right: Expr

    def __str__(self) -> str:
        left, right = str(self.left), str(self.right)
        if _rank(self.left) < _rank(self):
            left = f"({left})"
        if _rank(self.right) <= _rank(self) and isinstance(self.right, Op):
            right = f"({right})"
        return f"{left} {self.op} {right}"


Expr: TypeAlias = Union[int, Name, Op]


def _rank(expr: Expr) -> int:
    return 3 if not isinstance(expr, Op) else 1 if expr.op in "+-" else 2


@lru_cache(maxsize=4096)
def parse(text: str) -> Expr:
    """Parse ``$dim * 4 + 1``: integers, names, params, ``+ - * //`` and parentheses; SizeError says what is wrong."""
    if len(text) > _LONGEST:
        raise SizeError(f"a size is an expression of at most {_LONGEST} characters, this one has {len(text)}")
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
            raise SizeError(f"'{text}' is not a size: only integers, names, $params and + - * // may stand in it")
        tokens.append(match[match.lastindex or 0])
        at = match.end()
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
    if token.isdigit():
        return int(token), at + 1
    if token[0] in "+*/)":
        raise SizeError(f"'{text}' is not a size: unexpected '{token}'")
    return Name(token), at + 1


def names(expr: Expr) -> Iterator[str]:
    """The names of an expression, left to right, params with their dollar sign."""
    if isinstance(expr, Name):
        yield expr.text
    elif isinstance(expr, Op):
        yield from names(expr.left)
        yield from names(expr.right)


def evaluate(expr: Expr, lookup: Callable[[str], Size]) -> Size:
    """The size an expression stands for; ``lookup`` gives the size of a name or raises SizeError."""
    if isinstance(expr, int):
        return expr
    if isinstance(expr, Name):
        return lookup(expr.text)
    left, right = evaluate(expr.left, lookup), evaluate(expr.right, lookup)
    if expr.op == "+":
        return left + right
    if expr.op == "-":
        return left - right
    if expr.op == "*":
        return left * right
    if right == 0:
        raise SizeError(f"'{expr}' divides by zero")
    return left // right


# ---------------------------------------------------------------------------------------------------------- values


@dataclass(frozen=True, slots=True)
class Quotient:
    """``numerator // denominator`` where the division is not exact for every value of the names."""

    numerator: Size
    denominator: Size

    def __str__(self) -> str:
        return f"{_grouped(self.numerator)} // {_grouped(self.denominator)}"


Atom: TypeAlias = Union[str, Quotient]
Monomial: TypeAlias = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A size that is not a number yet: a sum of integer multiples of products of atoms, sorted, none of them zero."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Size) -> Size:
        return _build([*self.terms, *_terms(other)])

    def __sub__(self, other: Size) -> Size:
        return _build([*self.terms, *((m, -c) for m, c in _terms(other))])

    def __rsub__(self, other: int) -> Size:
        return _build([*_terms(other), *((m, -c) for m, c in self.terms)])

    def __mul__(self, other: Size) -> Size:
        return _build(
            [
                (tuple(sorted((*m, *n), key=str)), c * d)
                for m, c in self.terms
                for n, d in _terms(other)
            ]
        )

    __radd__ = __add__
    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        if isinstance(other, int) and all(c % other == 0 for _, c in self.terms):
            return _build([(m, c // other) for m, c in self.terms])
        return 1 if self == other else Symbolic((((Quotient(self, other),), 1),))

    def __rfloordiv__(self, other: int) -> Size:
        return Symbolic((((Quotient(other, self),), 1),))

    def __str__(self) -> str:
        text = ""
        for monomial, factor in self.terms:
            parts = [f"({a})" if isinstance(a, Quotient) and len(self.terms[0][0]) > 1 else str(a) for a in monomial]
            if abs(factor) != 1 or not parts:
                parts.append(str(abs(factor)))
            sign = " - " if factor < 0 else " + "
            text += (sign if text else "-" if factor < 0 else "") + " * ".join(parts)
        return text

    def __repr__(self) -> str:
        return f"Symbolic({str(self)!r})"

    def atoms(self) -> Iterator[str]:
        """The names this size depends on, each once for every time it occurs."""
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, str):
                    yield atom
                else:
                    for part in (atom.numerator, atom.denominator):
                        if isinstance(part, Symbolic):
                            yield from part.atoms()

    def substitute(self, values: Mapping[str, Size]) -> Size:
        """This size with the given names replaced; names without a value stay."""
        total: Size = 0
        for monomial, factor in self.terms:
            product: Size = factor
            for atom in monomial:
                product = product * _atom_value(atom, values)
            total = total + product
        return total


Size: TypeAlias = Union[int, Symbolic]


@lru_cache(maxsize=4096)
def symbol(name: str) -> Symbolic:
    """The size called ``name``: an axis (``batch``) or a param (``$dim``)."""
    return Symbolic((((name,), 1),))


def substitute(size: Size, values: Mapping[str, Size]) -> Size:
    """``size`` with the given names replaced by their values."""
    return size if isinstance(size, int) else size.substitute(values)


def _terms(size: Size) -> tuple[tuple[Monomial, int], ...]:
    return size.terms if isinstance(size, Symbolic) else (((), size),) if size else ()


def _build(terms: list[tuple[Monomial, int]]) -> Size:
    total: dict[Monomial, int] = {}
    for monomial, factor in terms:
        total[monomial] = total.get(monomial, 0) + factor
    kept = [(m, c) for m, c in total.items() if c]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    # names first, then numbers, so that it prints as people write it: time - 1
    return Symbolic(tuple(sorted(kept, key=lambda term: (not term[0], tuple(map(str, term[0]))))))


def _atom_value(atom: Atom, values: Mapping[str, Size]) -> Size:
    if isinstance(atom, str):
        return values.get(atom, symbol(atom))
    denominator = substitute(atom.denominator, values)
    if denominator == 0:
        raise SizeError(f"'{atom}' divides by zero")
    return substitute(atom.numerator, values) // denominator


def _grouped(size: Size) -> str:
    single = isinstance(size, int) or (len(size.terms) == 1 and len(size.terms[0][0]) == 1 and size.terms[0][1] == 1)
    return str(size) if single else f"({size})"
