"""What stands above what in every column, so that few wires cross.

igraph's Sugiyama layout finds a good order by barycentres, with every item a point. Ports make a difference:
after that, neighbours change places as long as this leaves fewer crossings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from zoo_gui.layout.data import Link

PASSES = 8


def order(columns: Sequence[int], links: Sequence[Link]) -> list[list[int]]:
    """The items of each column from top to bottom; item ``i`` is in ``columns[i]``.

    Links join items of neighbouring columns.
    """
    found: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    if not columns:
        return found
    import igraph  # the first window is painted before it is needed

    graph = igraph.Graph(n=len(columns), edges=[(link.start, link.stop) for link in links], directed=True)
    layout: Any = graph.layout_sugiyama(layers=list(columns))  # pyright: ignore[reportUnknownMemberType] # untyped
    across: list[float] = [layout[item][0] for item in range(len(columns))]
    for item in sorted(range(len(columns)), key=lambda item: (across[item], item)):
        found[columns[item]].append(item)
    _transpose(found, links, len(columns))
    return found


def _transpose(columns: Sequence[list[int]], links: Sequence[Link], count: int) -> None:
    """Let neighbours change places while wires cross less for it."""
    into: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    out: list[list[tuple[int, float]]] = [[] for _ in range(count)]
    for link in links:
        into[link.stop].append((link.start, link.start_port))
        out[link.start].append((link.stop, link.stop_port))
    rank = {item: place for column in columns for place, item in enumerate(column)}
    for _ in range(PASSES):
        better = False
        for column in columns:
            for place in range(len(column) - 1):
                upper, lower = column[place], column[place + 1]
                gain = sum(_gain(side[upper], side[lower], rank) for side in (into, out))
                if gain > 0:
                    column[place], column[place + 1] = lower, upper
                    rank[upper], rank[lower] = place + 1, place
                    better = True
        if not better:
            return


def _gain(
    upper: Sequence[tuple[int, float]], lower: Sequence[tuple[int, float]], rank: dict[int, int]
) -> int:
    """How many crossings fewer there are when two neighbours change places."""
    if not upper or not lower:
        return 0
    ups = [(rank[item], port) for item, port in upper]
    downs = [(rank[item], port) for item, port in lower]
    return sum((up > down) - (up < down) for up in ups for down in downs)
