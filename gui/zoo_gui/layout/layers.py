"""Which column each box is in: behind everything that it reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from zoo_gui.layout.data import Edge, K


def layers(
    boxes: Collection[K], edges: Sequence[Edge[K]], first: Collection[K], last: Collection[K]
) -> dict[K, int]:
    """The column of every box: ``first`` in the first, ``last`` in the last, and no wire backwards.

    A box that reads nothing stands right before its first reader. In a circle, some wire runs backwards.
    """
    before, after = neighbours(boxes, edges)
    found: dict[K, int] = {}
    start = 1 if first else 0
    for box in ordered(boxes, before, after):
        behind = [found[each] + 1 for each in before[box] if each in found]
        found[box] = 0 if box in first else max([start, *behind])
    for box in boxes:
        if not before[box] and box not in first and after[box]:
            found[box] = max(start, min(found[each] for each in after[box]) - 1)
    end = max((found[box] for box in boxes if box not in last), default=-1) + 1
    return found | dict.fromkeys(last, end)


def neighbours(
    boxes: Collection[K], edges: Iterable[Edge[K]]
) -> tuple[Mapping[K, list[K]], Mapping[K, list[K]]]:
    """What each box reads, and what reads it."""
    before: dict[K, list[K]] = {box: [] for box in boxes}
    after: dict[K, list[K]] = {box: [] for box in boxes}
    for edge in edges:
        before[edge.stop].append(edge.start)
        after[edge.start].append(edge.stop)
    return before, after


def ordered(boxes: Collection[K], before: Mapping[K, list[K]], after: Mapping[K, list[K]]) -> list[K]:
    """The boxes, each behind what it reads; those of a circle behind all others."""
    waiting = {box: len(before[box]) for box in boxes}
    ready = [box for box in boxes if not waiting[box]]
    for box in ready:
        for each in after[box]:
            waiting[each] -= 1
            if not waiting[each]:
                ready.append(each)  # a queue: what is appended is walked over too
    if len(ready) < len(waiting):
        done = set(ready)
        ready += [box for box in boxes if box not in done]
    return ready
