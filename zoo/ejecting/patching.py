"""A module's text with some of it replaced."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from zoo.ejecting.modules import Source


@dataclass(slots=True)
class Patch:
    """The replacements in a text, by their places in it."""

    source: Source
    _edits: list[tuple[int, int, bytes]] = field(default_factory=list[tuple[int, int, bytes]])

    def replace(self, start: int, end: int, text: str) -> None:
        """Write something else from one place to another."""
        self._edits.append((start, end, text.encode()))

    def text(self, start: int, end: int) -> str:
        """The text from one place to another as it is now, without blank lines around it."""
        parts: list[bytes] = []
        for first, last, text in sorted(self._edits):
            if first >= start:
                parts += [self.source.text[start:first], text]
                start = last
        return b"".join([*parts, self.source.text[start:end]]).decode().strip("\n")

    def extent(self, node: ast.stmt) -> tuple[int, int]:
        """Where a statement begins, with the comments right above it, and the line after it begins."""
        first = min([node.lineno, *(each.lineno for each in getattr(node, "decorator_list", ()))])
        while first > 1 and self.source.lines[first - 2].lstrip().startswith(b"#"):
            first -= 1
        assert node.end_lineno is not None
        return self.source.at(first, 0), self.source.at(node.end_lineno + 1, 0)
