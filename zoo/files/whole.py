"""Replacing a value as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from zoo.files.blocklines import Edit, bottom
from zoo.files.page import Page
from zoo.files.printer import WIDTH, Printer, flow, text_lines
from zoo.files.scalars import Plain, word
from zoo.files.shape import Kind, is_tall
from zoo.files.splice import RigidError
from zoo.files.steps import Part
from zoo.files.tree import Mapping, Scalar, Sequence


@dataclass(frozen=True, slots=True)
class Whole:
    """Writes values into a text with the line break ``break_``."""

    text: str
    page: Page
    break_: str

    def replace(self, part: Part, key: str, new: Plain, kind: Kind) -> list[Edit]:
        """The edits that replace an entry's value by ``new``; raises RigidError if that is not possible."""
        node, page = part.value, self.page
        tall = isinstance(node, Mapping | Sequence) and not node.flow
        inline = self._inline(part, new, kind)
        if inline is not None and not tall:
            return [self._in_place(part, inline)]
        if part.key is None or part.flow:
            raise RigidError
        colon = self.text.index(":", part.key.end) + 1
        if tall:
            first = page.line(part.start) + 1
            gone: Edit = (page.start(first), page.start(bottom(page, part)), "")
        else:
            first = page.line(node.end) + 1
            gone = (colon, node.end, "")
        if inline is not None:
            return [gone, (colon, colon, f" {inline}")]
        lines = Printer({}).entry(key, new, kind, (), page.column(part.start))[1:]
        return [gone, (page.start(first), page.start(first), "".join(line + self.break_ for line in lines))]

    def _in_place(self, part: Part, inline: str) -> Edit:
        """Replace a value, which may be empty, on its line."""
        start, end = part.value.start, part.value.end
        if start < end or part.key is None:
            return start, end, inline
        while self.text[start - 1] == " ":
            start -= 1
        while part.flow and self.text[end] == " ":
            end += 1
        return (
            start,
            end if part.flow else start,
            f" {inline}" if self.text[start - 1] == ":" else f": {inline}",
        )

    def _inline(self, part: Part, new: Plain, kind: Kind) -> str | None:
        """The new value as written after ``key:``, or None if it needs its own lines."""
        page, node = self.page, part.value
        column = (
            page.column(node.start)
            if page.line(node.start) == page.line(part.start)
            else page.column(part.end)
        )
        if isinstance(new, dict | list):
            text = flow(new)
            if part.flow or not new or part.key is None:
                return text
            return None if is_tall(kind, new) or column + len(text) > WIDTH else text
        style = node.style if isinstance(node, Scalar) and node.style in {"'", '"'} else ""
        text = word(new, part.flow, style if isinstance(new, str) else "")
        rest = page.content(page.line(node.end))[page.column(node.end) :].strip()
        if (
            isinstance(new, str)
            and not part.flow
            and not rest
            and ("\n" in new or column + len(text) > WIDTH)
        ):
            return self.break_.join(text_lines(new, page.column(part.start)))
        return text
