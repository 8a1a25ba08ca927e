"""Terms: the value of a feature of a tensor, as a sum of products.

    c' = σ(F) ⊙ c + σ(I) ⊙ tanh(G)      {(σ(F), c): 1, (σ(I), tanh(G)): 1}

A ``Sum`` maps products, each a sorted tuple of factors, to how often they are added, so that
``(1 - z) ⊙ n + z ⊙ h`` and ``n + z ⊙ (h - n)`` are one sum. A factor is an input or parameter (``Leaf``),
rows of a matrix times one (``Product``), or a function of a sum (``Activation``). All of them know which
features they are: the slice of a sum is the sum of slices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Leaf:
    """Features ``start`` to ``stop`` of something given: an input, a state or a parameter, by name."""

    kind: str
    name: str
    start: int
    stop: int

    def sliced(self, start: int, stop: int) -> Leaf:
        """Some of these features."""
        return replace(self, start=self.start + start, stop=self.start + stop)


@dataclass(frozen=True, slots=True)
class Product:
    """Rows of the matrix of that name, some columns of it, times what is given."""

    matrix: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    of: Leaf

    def sliced(self, start: int, stop: int) -> Product:
        """Some of these features: fewer rows."""
        return replace(self, rows=(self.rows[0] + start, self.rows[0] + stop))


@dataclass(frozen=True, slots=True)
class Activation:
    """A function of each number of a sum: sigmoid, tanh, relu."""

    by: str
    sum: Sum

    def sliced(self, start: int, stop: int) -> Activation:
        """Some of these features."""
        return replace(self, sum=self.sum.sliced(start, stop))


Factor: TypeAlias = Leaf | Product | Activation


class Sum(Mapping[tuple[Factor, ...], float]):
    """A sum of products; immutable, and equal where it has the same products as often."""

    __slots__ = ("_hash", "_products")

    def __init__(self, products: Iterable[tuple[tuple[Factor, ...], float]]) -> None:
        found: dict[tuple[Factor, ...], float] = {}
        for factors, times in products:
            key = tuple(sorted(factors, key=repr))
            found[key] = found.get(key, 0.0) + times
        self._products = {key: times for key, times in found.items() if times}
        self._hash = hash(frozenset(self._products.items()))

    def __getitem__(self, factors: tuple[Factor, ...]) -> float:
        return self._products[factors]

    def __iter__(self) -> Iterator[tuple[Factor, ...]]:
        return iter(self._products)

    def __len__(self) -> int:
        return len(self._products)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sum) and self._products == other._products

    def __repr__(self) -> str:
        return f"Sum({sorted(map(repr, self._products.items()))})"

    def plus(self, other: Sum, times: float = 1) -> Sum:
        """This sum and ``times`` another."""
        return Sum([*self.items(), *((key, times * count) for key, count in other.items())])

    def times(self, other: Sum) -> Sum:
        """The product of two sums, multiplied out."""
        return Sum((one + two, count * many) for one, count in self.items() for two, many in other.items())

    def sliced(self, start: int, stop: int) -> Sum:
        """Some of the features of this sum."""
        return Sum(
            (tuple(factor.sliced(start, stop) for factor in factors), times)
            for factors, times in self.items()
        )

    @property
    def alone(self) -> Factor | None:
        """The factor that this sum is, if it is one."""
        if len(self) == 1:
            ((factors, times),) = self.items()
            if len(factors) == 1 and times == 1:
                return factors[0]
        return None


def number(value: float) -> Sum:
    """A number, the same for all features."""
    return Sum([((), value)])


def only(factor: Factor) -> Sum:
    """The sum that is one factor."""
    return Sum([((factor,), 1)])


@dataclass(frozen=True, slots=True)
class Row:
    """The last axis of a tensor: sums side by side, each with how many features it has."""

    parts: tuple[tuple[Sum, int], ...]

    @property
    def width(self) -> int:
        """How many features there are."""
        return sum(width for _, width in self.parts)

    def sliced(self, start: int, stop: int) -> Row:
        """Some of the features."""
        found: list[tuple[Sum, int]] = []
        at = 0
        for term, width in self.parts:
            first, last = max(start - at, 0), min(stop - at, width)
            if first < last:
                found.append((term.sliced(first, last), last - first))
            at += width
        return Row(tuple(found))
