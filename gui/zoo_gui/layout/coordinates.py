"""How high everything stands: wires as straight as the order in each column allows.

Each column in turn is moved to where the wires from the column beside it would be straight. Keeping order and
distances there is a regression under order constraints, which pooling adjacent violators solves exactly
(Ayer et al. 1955).
"""

from __future__ import annotations

from collections.abc import Sequence

from zoo_gui.layout.data import Link

GAP = 30.0
"""Between two boxes of a column."""

ROUNDS = 6


def heights(columns: Sequence[Sequence[int]], sizes: Sequence[float], links: Sequence[Link]) -> list[float]:
    """The y of every item's top; ``sizes`` are their heights, 0 for a wire that passes."""
    into: list[list[tuple[int, float, float]]] = [[] for _ in sizes]
    out: list[list[tuple[int, float, float]]] = [[] for _ in sizes]
    for link in links:
        shift = link.start_port - link.stop_port
        into[link.stop].append((link.start, shift, link.weight))
        out[link.start].append((link.stop, -shift, link.weight))
    found = _stacked(columns, sizes)
    for number in range(ROUNDS):
        both = number >= ROUNDS - 2
        forth = number % 2 == 0
        for column in columns if forth else reversed(columns):
            _settle(column, sizes, found, [into, out] if both else [into] if forth else [out])
    return found


def _stacked(columns: Sequence[Sequence[int]], sizes: Sequence[float]) -> list[float]:
    found = [0.0] * len(sizes)
    for column in columns:
        y = -sum(sizes[item] + _gap(sizes[item]) for item in column) / 2
        for item in column:
            found[item] = y
            y += sizes[item] + _gap(sizes[item])
    return found


def _gap(size: float) -> float:
    return GAP if size else GAP / 2


def _settle(
    column: Sequence[int],
    sizes: Sequence[float],
    found: list[float],
    sides: Sequence[Sequence[Sequence[tuple[int, float, float]]]],
) -> None:
    """Move a column to where its wires are straight, in its order and without overlaps."""
    wished: list[float] = []
    weights: list[float] = []
    offsets: list[float] = []
    offset = 0.0
    for place, item in enumerate(column):
        if place:
            above = sizes[column[place - 1]]
            offset += above + max(_gap(above), _gap(sizes[item]))
        pulls = [(found[other] + shift, weight) for side in sides for other, shift, weight in side[item]]
        if place and not pulls and len(sides) == 2:
            wished.append(wished[-1])  # nothing is wired to it: right below the one above
        else:
            wished.append((median(pulls) if pulls else found[item]) - offset)
        weights.append(sum(weight for _, weight in pulls) or 0.01)
        offsets.append(offset)
    for item, value, offset in zip(column, pooled(wished, weights), offsets, strict=True):
        found[item] = value + offset


def median(pulls: Sequence[tuple[float, float]]) -> float:
    """The weighted median: unlike the mean it makes one wire straight, and not all of them nearly so."""
    ordered = sorted(pulls)
    left = sum(weight for _, weight in pulls) / 2
    for value, weight in ordered:
        left -= weight
        if left <= 0:
            return value
    return ordered[-1][0]


def pooled(wished: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising numbers that are nearest to those wished for, by weighted squares."""
    blocks: list[tuple[float, float, int]] = []
    for value, weight in zip(wished, weights, strict=True):
        mean, mass, count = value, weight, 1
        while blocks and blocks[-1][0] > mean:
            other, other_mass, other_count = blocks.pop()
            mean = (mean * mass + other * other_mass) / (mass + other_mass)
            mass, count = mass + other_mass, count + other_count
        blocks.append((mean, mass, count))
    return [mean for mean, _, count in blocks for _ in range(count)]
