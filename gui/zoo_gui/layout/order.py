"""What stands above what in every column, so that few wires cross.

From left to right and back, each column is sorted by the middle of what its items are wired to in the column
before (barycentres: Sugiyama et al. 1981), and the best order of all these sweeps is kept. Then neighbours
change places while wires cross less for it (Gansner et al. 1993). Ports count in all of it: wires of one box
cross, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from zoo_gui.layout.crossings import Ends, crossings, transpose
from zoo_gui.layout.data import Link

SWEEPS = 6
PATIENCE = 2
"""After so many sweeps that brought nothing better, no more are made."""

SPREAD = 0.9
"""How much of one place the ports of a box share, so that they count, and less than the boxes."""


def order(columns: Sequence[int], links: Sequence[Link]) -> list[list[int]]:
    """The items of each column from top to bottom; item ``i`` is in ``columns[i]``.

    Links join items of neighbouring columns.
    """
    ends = Ends(len(columns), links)
    now = _connected(columns, ends)
    best, fewest, waited = now, crossings(now, ends), 0
    share = _shares(ends)
    for number in range(SWEEPS):
        if not fewest or waited > PATIENCE:
            break
        now = _swept(now, ends, share, forth=number % 2 == 0)
        found = crossings(now, ends)
        waited = 0 if found < fewest else waited + 1
        if found < fewest:
            best, fewest = now, found
    transpose(best, ends)
    return best


def _connected(columns: Sequence[int], ends: Ends) -> list[list[int]]:
    """An order to begin with: what is wired together stands together, walked depth first."""
    found: list[list[int]] = [[] for _ in range(max(columns, default=-1) + 1)]
    seen = [False] * len(columns)
    for root in range(len(columns)):
        waiting = [root]
        while waiting:
            item = waiting.pop()
            if seen[item]:
                continue
            seen[item] = True
            found[columns[item]].append(item)
            for side in (ends.out[item], ends.into[item]):
                waiting += [other for other, _, _ in reversed(side) if not seen[other]]
    return found


def _shares(ends: Ends) -> list[float]:
    """By item, how much of a place one unit of its height counts."""
    both = zip(ends.into, ends.out, strict=True)
    return [SPREAD / (1 + max((end.own for end in [*into, *out]), default=0.0)) for into, out in both]


def _swept(
    columns: Sequence[list[int]], ends: Ends, share: Sequence[float], *, forth: bool
) -> list[list[int]]:
    """The columns, each sorted by the one before it; what is not wired to that keeps its place."""
    found: list[list[int]] = []
    rank: dict[int, int] = {}
    for column in columns if forth else reversed(columns):
        wishes: dict[int, float] = {}
        for item in column:
            side = ends.into[item] if forth else ends.out[item]
            if side:
                wishes[item] = sum([rank[other] + port * share[other] for other, port, _ in side]) / len(side)
        moving = iter(sorted((item for item in column if item in wishes), key=wishes.__getitem__))
        found.append([next(moving) if item in wishes else item for item in column])
        rank = {item: place for place, item in enumerate(found[-1])}
    return found if forth else found[::-1]
