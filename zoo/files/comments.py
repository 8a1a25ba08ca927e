"""Attaching comments and blank lines of a text to entries.

A comment on its own line belongs to the entry below it, unless it is indented deeper than that entry: then it
closes the mapping above. A comment at the end of a line belongs to what precedes it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field

from zoo.files.page import Page
from zoo.files.source import TreePath
from zoo.files.tree import Broken, Mapping, Marked, Scalar, Sequence


@dataclass(slots=True)
class Trivia:
    """The comments and blank lines around an entry.

    ``above`` are the lines above it ("" for a blank line), ``beside`` is the comment at the end of its line,
    aligned to ``column`` (or 0), and ``behind`` are the comments that close its collection.
    """

    above: list[str] = field(default_factory=list[str])
    beside: str = ""
    column: int = 0
    behind: list[str] = field(default_factory=list[str])


@dataclass(slots=True)
class _Entry:
    path: TreePath
    parent: Mapping | Sequence
    start: int
    key_end: int
    value: Marked


def attach(page: Page, root: Marked | None) -> dict[TreePath, Trivia]:
    """The comments and blank lines of a text, by the path of the entry or collection they belong to."""
    return _Attacher(page, root).attach()


class _Attacher:
    def __init__(self, page: Page, root: Marked | None) -> None:
        self._page = page
        self._entries = list(_entries(root, (), page.text))
        self._found: dict[TreePath, Trivia] = {}
        self._left = dict(page.own)
        self._chain: list[tuple[int, TreePath]] = []  # block collections around the last entry: column, path

    def attach(self) -> dict[TreePath, Trivia]:
        for entry in self._entries:
            if self._page.is_first(entry.start):
                self._above(entry)
        self._closing()
        self._beside()
        return self._found

    def _at(self, path: TreePath) -> Trivia:
        return self._found.setdefault(path, Trivia())

    def _above(self, entry: _Entry) -> None:
        page, column = self._page, self._page.column(entry.start)
        line = first = page.line(entry.start)
        while first > 0 and (first - 1 in self._left or page.is_blank(first - 1)):
            first -= 1
        lines = list(range(first, line))
        if not entry.parent.flow:
            # comments indented deeper than this entry close the collections that ended above it
            last = max((at for at in lines if self._is_deeper(at, column)), default=first - 1)
            for at in range(first, last + 1):
                self._close(at, column)
            lines = list(range(last + 1, line))
            self._chain = [pair for pair in self._chain if pair[0] < column]
            self._chain.append((column, entry.path[:-1]))
        above = [self._left.pop(at)[1] if at in self._left else "" for at in lines]
        if above:
            self._at(entry.path).above += above

    def _is_deeper(self, line: int, column: int) -> bool:
        return (
            line in self._left
            and self._left[line][0] > column
            and self._owner(self._left[line][0]) is not None
        )

    def _owner(self, column: int) -> TreePath | None:
        return next((path for at, path in reversed(self._chain) if at <= column), None)

    def _close(self, line: int, column: int) -> None:
        if line in self._left:
            at, comment = self._left.pop(line)
            owner = self._owner(max(at, column + 1))
            self._at(() if owner is None else owner).behind.append(comment)

    def _closing(self) -> None:
        flows = [
            entry
            for entry in self._entries
            if isinstance(entry.value, Mapping | Sequence) and entry.value.flow
        ]
        for line, (column, comment) in sorted(self._left.items()):
            offset = self._page.start(line)
            around = [entry for entry in flows if entry.value.start < offset < entry.value.end]
            owner = around[-1].path if around else self._owner(column)
            self._at(() if owner is None else owner).behind.append(comment)

    def _beside(self) -> None:
        ends: list[tuple[int, TreePath]] = []
        for entry in self._entries:
            ends.append((entry.key_end, entry.path))
            if isinstance(entry.value, Scalar | Broken) or entry.value.flow:
                ends.append((entry.value.end, entry.path))
        ends.sort(key=lambda end: end[0])
        for offset, comment in self._page.beside:
            at = bisect_right(ends, offset, key=lambda end: end[0]) - 1
            trivia = self._at(ends[at][1] if at >= 0 else ())
            if trivia.beside:
                trivia.above.append(comment)
            else:
                trivia.beside = comment
                trivia.column = self._page.column(offset) if self._page.is_aligned(offset) else 0


def dash(text: str, item: Marked) -> int:
    """The offset of the dash of an item in a block list."""
    return text.rfind("-", 0, item.start)


def _entries(node: Marked | None, path: TreePath, text: str) -> Iterator[_Entry]:
    if isinstance(node, Mapping):
        for name, (key, value) in node.entries.items():
            yield _Entry((*path, name), node, key.start, key.end, value)
            yield from _entries(value, (*path, name), text)
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            start = item.start if node.flow else dash(text, item)
            yield _Entry((*path, index), node, start, start, item)
            yield from _entries(item, (*path, index), text)
