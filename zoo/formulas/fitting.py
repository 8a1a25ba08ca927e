"""Fitting polynomials to counts, and verifying them at further points.

A layer's FLOPs are a sum of products of its sizes. A polynomial of known degrees is determined exactly, in
rational arithmetic, by as many points as it has terms; if a further point contradicts it, there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod

from zoo.sizes import Size, symbol

Point = Mapping[str, int]
Measure = Callable[[Point], int | None]
"""Returns the count at some sizes, or None if they are refused."""

STEPS = (1, 2, 4, 8)
"""The multiples at which every size is measured: powers of two, so that heads still divide widths."""
_HIGHEST = len(STEPS) - 2  # leaves one point more than necessary, to detect a contradiction

_Terms = dict[tuple[int, ...], Fraction]
"""The coefficient of each product of powers, with one exponent per variable."""


def fit(measure: Measure, start: Point, fixed: set[str] | None = None) -> Size | None:
    """The polynomial over the names of ``start`` that ``measure`` follows, or None.

    A size whose other values are refused is kept constant. So is a param (``$heads``) in which the count is
    not polynomial, if ``fixed`` is given, to which it is then added.
    """
    at_start = measure(start)
    if at_start is None:
        return None
    nodes: dict[str, tuple[int, ...]] = {}
    for name, size in start.items():
        counts = {size: at_start}
        for step in STEPS[1:]:
            count = measure({**start, name: size * step})
            if count is not None:
                counts[size * step] = count
        if len(set(counts.values())) == 1:
            continue
        degree = _degree(counts)
        if degree is None:
            if fixed is not None and name.startswith("$"):
                fixed.add(name)
                continue
            return None
        nodes[name] = tuple(counts)[: degree + 1]
    terms = _interpolate(measure, start, list(nodes.items()))
    return None if terms is None or not _holds(measure, start, nodes, terms) else _size(terms, list(nodes))


def _degree(counts: Mapping[int, int]) -> int | None:
    """The lowest degree at which the first points predict all others; None if there is none."""
    points = list(counts.items())
    for degree in range(1, min(_HIGHEST, len(points) - 2) + 1):
        known = points[: degree + 1]
        if all(_through(known, x) == y for x, y in points[degree + 1 :]):
            return degree
    return None


def _through(points: Sequence[tuple[int, int]], x: int) -> Fraction:
    """The value at ``x`` of the polynomial through some points (Lagrange)."""
    total = Fraction(0)
    for i, (a, y) in enumerate(points):
        others = [b for j, (b, _) in enumerate(points) if j != i]
        total += y * prod((Fraction(x - b, a - b) for b in others), start=Fraction(1))
    return total


def _interpolate(measure: Measure, at: Point, nodes: Sequence[tuple[str, tuple[int, ...]]]) -> _Terms | None:
    """The polynomial through all combinations of the variables' nodes; None if one is refused."""
    if not nodes:
        count = measure(at)
        return None if count is None else {(): Fraction(count)}
    (name, values), *rest = nodes
    total: _Terms = {}
    for i, value in enumerate(values):
        terms = _interpolate(measure, {**at, name: value}, rest)
        if terms is None:
            return None
        for power, factor in enumerate(_basis(values, i)):
            for monomial, count in terms.items():
                key = (power, *monomial)
                total[key] = total.get(key, Fraction(0)) + factor * count
    return {key: count for key, count in total.items() if count}


def _basis(values: Sequence[int], at: int) -> list[Fraction]:
    """The coefficients, lowest first, of the polynomial that is 1 at one value and 0 at the others."""
    found = [Fraction(1)]
    for j, value in enumerate(values):
        if j != at:
            scale = values[at] - value
            shifted = [Fraction(0), *found]
            found = [
                (high - value * low) / scale for high, low in zip(shifted, [*found, Fraction(0)], strict=True)
            ]
    return found


def _holds(measure: Measure, start: Point, nodes: Mapping[str, Sequence[int]], terms: _Terms) -> bool:
    """Whether the polynomial predicts a point at which every size differs from the nodes."""
    point = {**start, **{name: start[name] * STEPS[len(nodes[name])] for name in nodes}}
    count = measure(point)
    if count is None:  # refused in this combination; each size alone was predicted correctly
        point = {**start, **{name: start[name] * STEPS[1] for name in nodes}}
        count = measure(point)
    sizes = [point[name] for name in nodes]
    return count is not None and count == sum(
        factor * prod(size**power for size, power in zip(sizes, key, strict=True))
        for key, factor in terms.items()
    )


def _size(terms: _Terms, names: Sequence[str]) -> Size:
    """The polynomial as a size; fractions become a floor division of the whole."""
    divisor = lcm(*(factor.denominator for factor in terms.values()))
    total: Size = 0
    for key, factor in terms.items():
        product: Size = int(factor * divisor)
        for name, power in zip(names, key, strict=True):
            for _ in range(power):
                product = symbol(name) * product
        total = product + total
    return total if divisor == 1 else total // divisor
