"""Where wires cross: how often between columns in an order, and less often after neighbours change places."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from zoo_gui.layout.data import Link

PASSES = 8


class End(NamedTuple):
    """What an item is wired to: the other item, the port there, and the port of its own."""

    item: int
    port: float
    own: float


class Ends:
    """The wires of every item, to the column before it (``into``) and behind it (``out``)."""

    def __init__(self, count: int, links: Sequence[Link]) -> None:
        self.into: list[list[End]] = [[] for _ in range(count)]
        self.out: list[list[End]] = [[] for _ in range(count)]
        for link in links:
            self.into[link.stop].append(End(link.start, link.start_port, link.stop_port))
            self.out[link.start].append(End(link.stop, link.stop_port, link.start_port))


def crossings(columns: Sequence[Sequence[int]], ends: Ends) -> int:
    """How often wires cross. Those that begin or end in one port do not cross there."""
    total = 0
    for left, right in pairwise(columns):
        rank = {item: place for place, item in enumerate(right)}
        above: list[tuple[int, float]] = []  # where the wires end that begin further up, sorted
        for item in left:
            wires = sorted([(own, (rank[other], port)) for other, port, own in ends.out[item]])
            if len(wires) == 1:
                total += len(above) - bisect_right(above, wires[0][1])
                insort(above, wires[0][1])
                continue
            for _, group in groupby(wires, key=lambda wire: wire[0]):
                stops = [stop for _, stop in group]
                total += sum(len(above) - bisect_right(above, stop) for stop in stops)
                for stop in stops:
                    insort(above, stop)
    return total


def transpose(columns: Sequence[list[int]], ends: Ends) -> None:
    """Let neighbours change places while wires cross less for it."""
    rank = {item: place for column in columns for place, item in enumerate(column)}
    for _ in range(PASSES):
        better = False
        for column in columns:
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                gain = sum(_gain(side[upper], side[lower], rank) for side in (ends.into, ends.out))
                if gain > 0:
                    column[place], column[place + 1] = lower, upper
                    rank[upper], rank[lower] = place + 1, place
                    better = True
        if not better:
            return


def _gain(upper: Sequence[End], lower: Sequence[End], rank: dict[int, int]) -> int:
    """How many crossings fewer there are when two neighbours change places."""
    if not upper or not lower:
        return 0
    ups = [(rank[other], port) for other, port, _ in upper]
    downs = [(rank[other], port) for other, port, _ in lower]
    if len(ups) == len(downs) == 1:
        return (ups > downs) - (ups < downs)
    return sum([(up > down) - (up < down) for up in ups for down in downs])
