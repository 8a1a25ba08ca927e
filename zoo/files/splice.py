"""Edits of a text, put into it."""

from __future__ import annotations

from zoo.files.blocklines import Edit


class RigidError(Exception):
    """The text here has a form that is not changed piece by piece."""


def newline(text: str) -> str:
    """The line break that a text uses (most)."""
    windows = text.count("\r\n")
    counts = {"\n": text.count("\n") - windows, "\r\n": windows, "\r": text.count("\r") - windows}
    return max(counts, key=lambda sign: counts[sign])


def apply(text: str, edits: list[Edit], start: int, end: int) -> str:
    """``text[start:end]`` with edits that lie within it; a deletion may overlap others."""
    pieces: list[str] = []
    at = start
    for first, last, new in sorted(edits, key=lambda edit: edit[:2]):
        if first < at and new and first != last:
            raise RigidError
        pieces += [text[at:first], new]
        at = max(at, last)
    return "".join([*pieces, text[at:end]])
