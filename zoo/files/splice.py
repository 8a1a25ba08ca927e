"""Applying edits to a text."""

from __future__ import annotations

from zoo.files.blocklines import Edit


class RigidError(Exception):
    """The form of the text does not allow changing it entry by entry."""


def newline(text: str) -> str:
    """The most frequent line break of a text."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda sign: counts[sign])


def apply(text: str, edits: list[Edit], start: int, end: int) -> str:
    """Apply the edits to ``text[start:end]``, in which they all lie; a deletion may overlap others."""
    pieces: list[str] = []
    at = start
    for first, last, new in sorted(edits, key=lambda edit: edit[:2]):
        if first < at and new and first != last:
            raise RigidError
        pieces += [text[at:first], new]
        at = max(at, last)
    return "".join([*pieces, text[at:end]])
