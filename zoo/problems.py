"""Problems: what is wrong with a graph, as data.

The reader, the checker and the compiler report problems; the command line, the editor and exceptions show
them. A problem names one place in a file and one node of the graph, and says what must hold there, what was
found instead, and how to fix it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a text: the file name as the user gave it ("" for a string), line and column from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file or '<text>'}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding about a graph.

    ``code`` is a stable identifier such as ``wire-shape`` (docs/problems.md lists them all). ``path`` is the
    node's path, such as ``encoder.0.ffn``, and empty for the graph itself. ``place`` is None for a graph that
    was not read from text. ``port`` is the node's port if the problem concerns one.
    """

    severity: Severity
    code: str
    message: str
    remedy: str = ""
    path: str = ""
    place: Place | None = None
    port: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        node = f"node '{self.path}': " if self.path else ""
        if self.port:
            node = f"{self.path}.{self.port}: " if self.path else f"{self.port}: "
        kind = "" if self.severity == "error" else f"{self.severity}: "
        remedy = f"; {self.remedy}" if self.remedy else ""
        return f"{where}{kind}{node}{self.message}{remedy}"

    def as_json(self) -> dict[str, str | int | None]:
        """The object that ``zoo check --json`` prints."""
        place = self.place
        return {
            "severity": self.severity,
            "code": self.code,
            "file": place.file if place else None,
            "line": place.line if place else None,
            "column": place.column if place else None,
            "path": self.path,
            "message": self.message,
            "remedy": self.remedy,
        }


def has_errors(problems: Iterable[Problem]) -> bool:
    """Whether any problem is an error (warnings and notes do not keep a graph from running)."""
    return any(problem.severity == "error" for problem in problems)
