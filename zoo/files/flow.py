"""Rebuilding the contents of braces or brackets when entries are added or removed.

Between two entries there are a comma, and possibly a comment and a line break. The comma and the comment
belong to the preceding entry; the line break, the indentation and comments on their own lines to the
following one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GAP = re.compile(r"(?P<space>[^\S\r\n]*)(?P<comma>,?)(?P<rest>[^\r\n]*)(?P<lead>.*)", re.DOTALL)
_BREAK = re.compile(r"(\r\n|\r|\n)[^\S\r\n]*\Z")


@dataclass(slots=True)
class Piece:
    """The new text of an entry, and where the entry began in the old text (-1 if it is new)."""

    text: str
    start: int = -1


def rebuild(inside: str, shift: int, bounds: list[tuple[int, int]], pieces: list[Piece]) -> str | None:
    """The new contents of the brackets, with ``pieces`` instead of the entries at ``bounds``.

    ``inside`` begins at offset ``shift`` of the text. Returns None for an unsupported form: commas at the
    beginning of lines.
    """
    if not bounds:
        return _fill(inside, [piece.text for piece in pieces])
    gaps = _Gaps(inside, shift, bounds)
    if not gaps.understood:
        return None
    out = ""
    open_comment = False
    for at, piece in enumerate(pieces):
        lead = gaps.leads.get(piece.start, gaps.between)
        if at == 0 and "#" not in lead:
            lead = gaps.opening
        elif at and piece.start == bounds[0][0]:
            lead = gaps.between
        if open_comment and not re.match(r"[\r\n]", lead):
            lead = gaps.break_
        comment = gaps.comments.get(piece.start, "")
        comma = "," if at < len(pieces) - 1 or gaps.trailing else ""
        out += lead + piece.text + comma + comment
        open_comment = bool(comment)
    return out + (gaps.break_ if open_comment and not re.match(r"[\r\n]", gaps.closing) else gaps.closing)


def _fill(inside: str, entries: list[str]) -> str:
    """Fill brackets that contain no entries yet, below any comments."""
    if "#" not in inside:
        return ", ".join(entries)
    closing = _BREAK.search(inside)
    assert closing is not None  # a comment ends with its line
    lead = f"{closing[0]}  "
    for line in re.finditer(r"(?:\r\n|\r|\n)[^\S\r\n]*(?=#)", inside):
        lead = line[0]
    return inside[: closing.start()] + lead + f",{lead}".join(entries) + closing[0]


class _Gaps:
    """The text before, between and after the entries."""

    def __init__(self, inside: str, shift: int, bounds: list[tuple[int, int]]) -> None:
        self.opening = inside[: bounds[0][0] - shift]
        self.leads = {bounds[0][0]: self.opening}
        self.comments: dict[int, str] = {}
        self.understood = True
        following = [*(start for start, _ in bounds[1:]), shift + len(inside)]
        lead, comma = "", False
        for (start, end), then in zip(bounds, following, strict=True):
            lead, comma = self._gap(inside[end - shift : then - shift], start)
            self.understood = self.understood and (comma or then == following[-1])
            self.leads[then] = lead
        self.closing, self.trailing = lead, comma
        breaks = [found[0] for start, _ in bounds[1:] if (found := _BREAK.search(self.leads[start]))]
        opened = _BREAK.search(self.opening)
        first_line = "\n" + " " * 2 if not opened else opened[0]
        self.break_ = breaks[0] if breaks else first_line
        one_a_line = 2 * len(breaks) >= len(bounds) if len(bounds) > 1 else bool(opened)
        self.between = self.break_ if one_a_line else " "

    def _gap(self, gap: str, start: int) -> tuple[str, bool]:
        match = _GAP.fullmatch(gap)
        assert match is not None
        rest, lead = match["rest"], match["lead"]
        if not match["comma"]:
            rest = match["space"] + rest
        if rest.lstrip().startswith("#"):
            self.comments[start] = rest.rstrip()
        elif not lead:
            lead = rest
        return lead, bool(match["comma"])
