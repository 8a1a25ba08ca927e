"""Fuzzy search: the letters of a query in their order, best where they begin words or follow each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")

_BREAKS = " /_-.#"


def score(query: str, text: str) -> float | None:
    """How well a query fits a text, larger is better; None when its letters are not all there, in order.

    Capitals do not count, nor do spaces in the query: every word of it is looked for in what the words before
    it have left, so that ``mask mask`` means two masks.
    """
    total, left = 0.0, text.lower()
    for word in query.lower().split():
        found = _word(word, left)
        if found is None:
            return None
        total += found
        left = left.replace(word, " " * len(word), 1)
    return total - len(text) / 1000


def _word(word: str, text: str) -> float | None:
    whole = text.find(word)
    if whole >= 0:
        begins = whole == 0 or text[whole - 1] in _BREAKS
        return len(word) * 3.0 + (4.0 if begins else 0.0) + (4.0 if len(word) == len(text) else 0.0)
    total, at = 0.0, 0
    for letter in word:
        found = text.find(letter, at)
        if found < 0:
            return None
        begins = found == 0 or text[found - 1] in _BREAKS
        total += 2.0 if begins else 1.0 if found == at and at else -0.05 * (found - at)
        at = found + 1
    return total


def ranked(query: str, items: Iterable[T], key: Callable[[T], str]) -> list[T]:
    """The items whose text fits the query, the best first; equal ones stay in their order, as do all
    without a query.
    """
    if not query.strip():
        return list(items)
    scored = [(score(query, key(item)), item) for item in items]
    found = [(value, item) for value, item in scored if value is not None]
    found.sort(key=lambda pair: -pair[0])
    return [item for _, item in found]
