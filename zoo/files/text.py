"""Text utilities: line numbers of offsets, and user-provided words in messages."""

from __future__ import annotations

import re
from bisect import bisect_right

LARGEST = 4 * 2**20
"""The maximum size of a graph file in bytes: enough for fifty thousand nodes."""

_BREAK = re.compile(r"\r\n|\r|\n")
_LONGEST = 60


class WordError(ValueError):
    """A word is invalid; carries a message and a remedy, to which the reader adds the place."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message, remedy)
        self.message, self.remedy = message, remedy

    def __str__(self) -> str:
        return f"{self.message}; {self.remedy}" if self.remedy else self.message


class Lines:
    """An index of the lines of a text: from an offset to line and column, both from 1."""

    def __init__(self, text: str) -> None:
        self.starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        self._mark = text.startswith("\ufeff")

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset; a byte order mark takes no column."""
        line = bisect_right(self.starts, offset)
        column = offset - self.starts[line - 1] + 1
        return line, column - (self._mark and line == 1 and column > 1)


def shown(text: str) -> str:
    """A user-provided word for a message: on one line, shortened, without invisible characters."""
    short = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return short if short.isprintable() else repr(short)[1:-1]
