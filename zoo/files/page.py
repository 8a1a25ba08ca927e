"""A text by lines, with its comments."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator

from zoo.files.text import Lines
from zoo.files.tree import Broken, Mapping, Marked, Scalar, Sequence


class Page:
    """A text by lines (from 0), with its blank lines, its comment lines and its end-of-line comments.

    Between the scalars of a tree there are only punctuation, space and comments, so that a ``#`` inside a
    scalar is not mistaken for a comment.
    """

    def __init__(self, text: str, root: Marked | None) -> None:
        self.text = text
        self.starts = Lines(text).starts
        self.own: dict[int, tuple[int, str]] = {}  # line: column from 0, comment
        self.beside: list[tuple[int, str]] = []  # offset, comment
        at = int(text.startswith("\ufeff"))
        for word in _words(root):
            self._gap(at, word.start)
            at = word.end
            if isinstance(word, Scalar) and word.style in {"|", ">"}:
                self._gap(word.start, self._end(self.line(word.start)))
        self._gap(at, len(text))
        self._columns = {self.line(offset): self.column(offset) for offset, _ in self.beside}

    def line(self, offset: int) -> int:
        """The line of an offset."""
        return bisect_right(self.starts, offset) - 1

    def column(self, offset: int) -> int:
        """The column of an offset, from 0."""
        return offset - self.starts[self.line(offset)]

    def start(self, line: int) -> int:
        """The offset of a line; the end of the text for the line after the last."""
        return self.starts[line] if line < len(self.starts) else len(self.text)

    def content(self, line: int) -> str:
        """A line without its break."""
        return self.text[self.start(line) : self._end(line)]

    def is_blank(self, line: int) -> bool:
        """Whether a line of the text is empty, or contains only the mark '---'."""
        return (
            0 <= line < len(self.starts)
            and self.start(line) < len(self.text)
            and self.content(line).strip() in {"", "---"}
        )

    def is_first(self, offset: int) -> bool:
        """Whether there is only space before an offset in its line."""
        return not self.text[self.start(self.line(offset)) : offset].strip(" \ufeff")

    def space_before(self, offset: int) -> int:
        """The offset at which the space before a comment begins."""
        while self.text[offset - 1] == " ":
            offset -= 1
        return offset

    def is_aligned(self, offset: int) -> bool:
        """Whether an end-of-line comment is aligned: after extra space, or with a neighbouring one."""
        line, column = self.line(offset), self.column(offset)
        if offset - self.space_before(offset) > 2:
            return True
        return column in (self._columns.get(line - 1), self._columns.get(line + 1))

    def _end(self, line: int) -> int:
        end = self.start(line + 1)
        while end > self.start(line) and self.text[end - 1] in "\r\n":
            end -= 1
        return end

    def _gap(self, at: int, stop: int) -> None:
        while at < stop and (sharp := self.text.find("#", at, stop)) >= 0:
            line = self.line(sharp)
            at = self._end(line)
            comment = self.text[sharp:at].rstrip()
            if self.is_first(sharp):
                self.own[line] = (sharp - self.starts[line], comment)
            else:
                self.beside.append((sharp, comment))


def _words(node: Marked | None) -> Iterator[Scalar | Broken]:
    if isinstance(node, Scalar | Broken):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.entries.values():
            yield key
            yield from _words(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _words(item)
