"""Matching the entries of a collection before and after a change.

An entry has kept its key, or it was renamed: then it has the same value, or a similar one at the same
position.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from difflib import SequenceMatcher

from zoo.files.plain import same
from zoo.files.scalars import Plain

_SIMILAR = 0.5
_MOST_PAIRS = 400  # pairs of entries at one position; with more, a rename by hand is unlikely


def match_keys(old: dict[str, Plain], new: dict[str, Plain], renames: bool) -> dict[str, str]:
    """Maps the keys of ``new`` to the keys of ``old`` that they correspond to."""
    found = {key: key for key in new if key in old}
    if renames and len(found) < len(new) and len(found) < len(old):
        gone, come = _by_place(old, found), _by_place(new, found)
        for place, keys in come.items():
            candidates = gone.get(place, [])
            if len(keys) * len(candidates) <= _MOST_PAIRS:
                found.update(_renamed(old, new, candidates, keys))
    return found


def _by_place(entries: dict[str, Plain], kept: dict[str, str]) -> dict[str | None, list[str]]:
    """The keys that are not kept, by the kept key before them."""
    places: dict[str | None, list[str]] = {}
    place = None
    for key in entries:
        if key in kept:
            place = key
        else:
            places.setdefault(place, []).append(key)
    return places


def _renamed(
    old: dict[str, Plain], new: dict[str, Plain], gone: list[str], come: list[str]
) -> dict[str, str]:
    found: dict[str, str] = {}
    left = list(gone)
    for least in (1.0, _SIMILAR):
        for key in come:
            if key in found:
                continue
            was = next((was for was in left if similarity(old[was], new[key]) >= least), None)
            if was is not None and (least < 1 or same(old[was], new[key])):
                found[key] = was
                left.remove(was)
    return found


def similarity(one: Plain, other: Plain) -> float:
    """The similarity of two values, from 0 to 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        if not one and not other:
            return 1.0
        shared = sum(similarity(value, other[key]) for key, value in one.items() if key in other)
        return shared / max(len(one), len(other))
    return float(same(one, other))


def match_items(old: list[Plain], new: list[Plain]) -> list[int | None]:
    """For each item of ``new``, the index of the item of ``old`` that it corresponds to, or None."""
    if len(old) == len(new):
        return list(range(len(old)))
    found: list[int | None] = [None] * len(new)
    matcher = SequenceMatcher(None, list(map(repr, old)), list(map(repr, new)), autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        found[b : b + size] = range(a, a + size)
    return found


def in_order(numbers: Sequence[int]) -> set[int]:
    """The members of a longest increasing subsequence: these entries can stay while the others move."""
    ends: list[int] = []
    last: list[int] = []  # index of the number that each length ends with
    before: list[int] = [-1] * len(numbers)
    for at, number in enumerate(numbers):
        length = bisect_left(ends, number)
        before[at] = last[length - 1] if length else -1
        if length == len(ends):
            ends.append(number)
            last.append(at)
        else:
            ends[length], last[length] = number, at
    stay: set[int] = set()
    at = last[-1] if last else -1
    while at >= 0:
        stay.add(numbers[at])
        at = before[at]
    return stay
