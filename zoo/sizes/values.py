"""Sizes as values: integers, and polynomials over names in a normal form.

``//`` rounds down, as in Python. Two sizes without divisions compare equal exactly if they are equal for all
values of their names. With divisions, equality is detected only up to cancelling, extracting integral
multiples and merging divisors.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import gcd
from typing import TypeAlias

from zoo.errors import SizeError
from zoo.sizes.expressions import LARGEST, Expr, Name, parse

_NAME = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*")
_HEAVIEST = 500  # names, in all terms together


@dataclass(frozen=True, slots=True)
class Quotient:
    """``numerator // denominator``, a division that is not exact for every value of the names."""

    numerator: Size
    denominator: Size
    weight: int = field(compare=False, repr=False)

    def __str__(self) -> str:
        return f"{_grouped(self.numerator)} // {_grouped(self.denominator)}"


Atom: TypeAlias = str | Quotient
Monomial: TypeAlias = tuple[Atom, ...]


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A size that is not a number yet: a sum of integer multiples of products of atoms, in canonical order.

    Operations return an ``int`` if the names cancel. They raise SizeError if a size becomes too complex:
    repeated squaring from block to block would fill the memory.
    """

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: Size) -> Size:
        return _build([*self.terms, *_terms(other)])

    def __sub__(self, other: Size) -> Size:
        return _build([*self.terms, *((m, -c) for m, c in _terms(other))])

    def __rsub__(self, other: int) -> Size:
        return _build([*_terms(other), *((m, -c) for m, c in self.terms)])

    def __mul__(self, other: Size) -> Size:
        others = _terms(other)
        if len(self.terms) * len(others) > _HEAVIEST:
            raise SizeError(_TOO_LONG)
        return _build(
            [
                (m + n if not m or not n else tuple(sorted(m + n, key=str)), c * d)
                for m, c in self.terms
                for n, d in others
            ]
        )

    __radd__ = __add__
    __rmul__ = __mul__

    def __floordiv__(self, other: Size) -> Size:
        return _divide(self, other)

    def __rfloordiv__(self, other: int) -> Size:
        return _divide(other, self)

    def __str__(self) -> str:
        text = ""
        for monomial, factor in self.terms:
            parts = [*monomial, *([abs(factor)] if abs(factor) != 1 or not monomial else [])]
            alone = len(parts) == 1 and (factor > 0 or bool(text))
            words = [f"({part})" if isinstance(part, Quotient) and not alone else str(part) for part in parts]
            sign = " - " if factor < 0 else " + "
            text += (sign if text else "-" if factor < 0 else "") + " * ".join(words)
        return text

    def __repr__(self) -> str:
        return f"Symbolic({str(self)!r})"

    def atoms(self) -> Iterator[str]:
        """The names that this size depends on, with repetitions."""
        for monomial, _ in self.terms:
            for atom in monomial:
                if isinstance(atom, str):
                    yield atom
                else:
                    for part in (atom.numerator, atom.denominator):
                        if isinstance(part, Symbolic):
                            yield from part.atoms()

    def substitute(self, values: Mapping[str, Size]) -> Size:
        """This size with the given names replaced simultaneously; other names remain."""
        total: Size = 0
        for monomial, factor in self.terms:
            product: Size = factor
            for atom in monomial:
                product = product * _atom_value(atom, values)
            total = total + product
        return _bounded(total)


Size: TypeAlias = int | Symbolic


@lru_cache(maxsize=4096)
def symbol(name: str) -> Symbolic:
    """The symbolic size ``name``: an axis (``batch``) or a param (``$dim``)."""
    return Symbolic((((name,), 1),))


def substitute(size: Size, values: Mapping[str, Size]) -> Size:
    """``size`` with the given names replaced by their values."""
    return size if isinstance(size, int) else size.substitute(values)


def expression(size: Size) -> Expr:
    """An expression for ``size``, as it would be written in a file."""
    return size if isinstance(size, int) else parse(str(size))


def _bounded(size: Size) -> Size:
    if isinstance(size, int) and abs(size) > LARGEST:
        raise SizeError(f"a size is at most {LARGEST}; this one is {size.bit_length()} bits long")
    return size


def _terms(size: Size) -> tuple[tuple[Monomial, int], ...]:
    return size.terms if isinstance(size, Symbolic) else (((), size),) if size else ()


_TOO_LONG = f"a size holds at most {_HEAVIEST} names in all its terms; this one has more"


def _build(terms: list[tuple[Monomial, int]]) -> Size:
    total: dict[Monomial, int] = {}
    for monomial, factor in terms:
        total[monomial] = total.get(monomial, 0) + factor
    kept = [(monomial, factor) for monomial, factor in total.items() if factor]
    if not kept:
        return 0
    if len(kept) == 1 and not kept[0][0]:
        return kept[0][1]
    if _weight(kept) > _HEAVIEST:
        raise SizeError(_TOO_LONG)
    # names first, then numbers, as in `time - 1`
    return Symbolic(tuple(sorted(kept, key=lambda term: (not term[0], tuple(map(str, term[0]))))))


def _weight(terms: Iterable[tuple[Monomial, int]]) -> int:
    weight = 0
    for monomial, factor in terms:
        _bounded(factor)
        for atom in monomial:
            weight += atom.weight if isinstance(atom, Quotient) else 1
    return weight


def _divide(size: Size, by: Size) -> Size:
    """``size // by`` for a divisor that is not zero.

    A divisor with a single term is extracted from every term that contains it, since ``(q * by + rest) //
    by`` is ``q + rest // by``. Therefore ``(time - 1) // 2 + 1`` equals ``(time + 1) // 2``.
    """
    if by == 0:
        raise SizeError(f"'{size} // 0' divides by zero")
    if size == by:
        return 1
    (shared, factor), *more = _terms(by)
    if factor < 0:
        return _divide(0 - size, 0 - by)
    if more:
        return _quotient(size, by)
    whole: list[tuple[Monomial, int]] = []
    rest: list[tuple[Monomial, int]] = []
    for monomial, count in _terms(size):
        left = _without(monomial, shared)
        if left is None:
            rest.append((monomial, count))
        else:
            whole.append((left, count // factor))
            rest.append((monomial, count % factor))
    return _build(whole) + _quotient(_build(rest), by)


def _quotient(size: Size, by: Size) -> Size:
    """``size // by`` with common factors cancelled, as an atom if it is not a number."""
    if size == 0:
        return 0
    common = gcd(*(factor for _, factor in _terms(size)), *(factor for _, factor in _terms(by)))
    if common > 1:
        size = _build([(monomial, factor // common) for monomial, factor in _terms(size)])
        by = _build([(monomial, factor // common) for monomial, factor in _terms(by)])
        return _divide(size, by)
    if isinstance(size, int) and isinstance(by, int):
        return size // by
    if isinstance(by, int) and by > 0 and isinstance(size, Symbolic) and len(size.terms) == 1:
        # floor divisions compose: time // 2 // 2 is time // 4
        ((monomial, factor),) = size.terms
        if factor == 1 and len(monomial) == 1 and isinstance(monomial[0], Quotient):
            return _divide(monomial[0].numerator, monomial[0].denominator * by)
    return _build([((Quotient(size, by, _weight(_terms(size)) + _weight(_terms(by))),), 1)])


def _without(monomial: Monomial, part: Monomial) -> Monomial | None:
    """``monomial / part``, or None if it is not divisible."""
    left = list(monomial)
    for atom in part:
        if atom not in left:
            return None
        left.remove(atom)
    return tuple(left)


def _atom_value(atom: Atom, values: Mapping[str, Size]) -> Size:
    if isinstance(atom, str):
        return values.get(atom, symbol(atom))
    denominator = substitute(atom.denominator, values)
    if denominator == 0:
        raise SizeError(f"'{atom}' divides by zero")
    return substitute(atom.numerator, values) // denominator


def _grouped(size: Size) -> str:
    """``size`` as an operand of ``//``: in parentheses unless it is a number or a name."""
    text = str(size)
    return text if isinstance(size, int) or _NAME.fullmatch(text) else f"({text})"


def evaluate(expr: Expr, lookup: Callable[[str], Size]) -> Size:
    """The value of an expression; ``lookup`` returns the size of a name, or raises SizeError."""
    if isinstance(expr, int):
        return expr
    if isinstance(expr, Name):
        return lookup(expr.text)
    left, right = evaluate(expr.left, lookup), evaluate(expr.right, lookup)
    if expr.op == "//" and right == 0:
        raise SizeError(f"'{expr}' divides by zero")
    return _bounded(_OPERATIONS[expr.op](left, right))


_OPERATIONS: Mapping[str, Callable[[Size, Size], Size]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "//": lambda left, right: left // right,
}


def linear(size: Size, word: str) -> tuple[int, int] | None:
    """(factor, rest) if the size is factor · word + rest without other names, otherwise None."""
    if not isinstance(size, Symbolic) or {*size.atoms()} != {word}:
        return None
    rest = substitute(size, {word: 0})
    factor = substitute(size, {word: 1}) - rest
    if isinstance(rest, int) and isinstance(factor, int) and size == rest + factor * symbol(word):
        return factor, rest
    return None
