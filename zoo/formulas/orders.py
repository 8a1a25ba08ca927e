"""Orders of growth in the lengths of sequences: O(1), O(log time), O(source + target)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from zoo.sizes import Size
from zoo.sizes.values import Quotient, Symbolic

Factor = tuple[str, str]
"""A function (empty, ``log``, ``√``) and the axis that it is applied to."""

_RANK = {"log": 0, "√": 1, "": 2}


@dataclass(frozen=True, slots=True)
class Order:
    """A sum of products of factors, none of which dominates another.

    ``Order()`` is O(1). Unknown growth is ``?``, which remains in every sum.
    """

    terms: frozenset[tuple[Factor, ...]] = frozenset()

    @staticmethod
    def of(axis: str, function: str = "") -> Order:
        """O(axis), or O(log axis), O(√axis)."""
        return Order(frozenset({((function, axis),)}))

    def __add__(self, other: Order) -> Order:
        return Order(_largest(self.terms | other.terms))

    def __mul__(self, other: Order) -> Order:
        ours, theirs = self.terms or {()}, other.terms or {()}
        return Order(_largest({tuple(sorted((*one, *two))) for one in ours for two in theirs}))

    def __str__(self) -> str:
        words = [
            "·".join(f"{function}{' ' * (function == 'log')}{axis}" for function, axis in term)
            for term in sorted(self.terms)
        ]
        return f"O({' + '.join(words) or '1'})"

    @property
    def constant(self) -> bool:
        """Whether it does not grow."""
        return not self.terms


def order_of(size: Size) -> Order:
    """How a size grows with its axes; params, which begin with $, are constants."""
    total = Order()
    for monomial, _ in size.terms if isinstance(size, Symbolic) else ():
        product = Order()
        for atom in monomial:
            if isinstance(atom, Quotient):
                product = product * order_of(atom.numerator)
            elif not atom.startswith("$"):
                product = product * Order.of(atom)
        total = total + product
    return total


def _largest(terms: Iterable[tuple[Factor, ...]]) -> frozenset[tuple[Factor, ...]]:
    """The terms that no other one dominates."""
    all_ = {term for term in terms if term}
    return frozenset(term for term in all_ if not any(_below(term, other) for other in all_ if other != term))


def _below(term: Collection[Factor], other: Collection[Factor]) -> bool:
    """Whether every factor of a term is matched by a factor of the other that grows at least as fast."""
    left = sorted(other, key=lambda factor: _RANK.get(factor[0], 3))
    for function, axis in sorted(term, key=lambda factor: -_RANK.get(factor[0], 3)):
        above = [each for each in left if each[1] == axis and _RANK.get(each[0], 3) >= _RANK.get(function, 3)]
        if not above:
            return False
        left.remove(above[0])
    return True
