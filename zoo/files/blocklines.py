"""Adding and removing whole lines: the extent of an entry with its comments, and blank lines around it."""

from __future__ import annotations

from typing import TypeAlias

from zoo.files.page import Page
from zoo.files.scalars import Plain
from zoo.files.shape import Kind, is_apart
from zoo.files.steps import Part

Edit: TypeAlias = tuple[int, int, str]
"""Start and end in the text, and the replacement."""


def top(page: Page, part: Part) -> int:
    """The first line of an entry, including its comment: the comment lines directly above."""
    column, line = page.column(part.start), page.line(part.start)
    while line - 1 in page.own and page.own[line - 1][0] <= column:
        line -= 1
    return line


def bottom(page: Page, part: Part) -> int:
    """The line after an entry and its closing comments, which are indented deeper than the entry."""
    column = page.column(part.start)
    line = end = page.line(max(part.end - 1, part.start)) + 1
    while (line in page.own and page.own[line][0] > column) or page.is_blank(line):
        line += 1
        if line - 1 in page.own:
            end = line
    return end


def insertion(
    page: Page, parts: list[Part], anchor: Part | None, lines: list[str], apart: bool, break_: str
) -> Edit:
    """Insert lines after the entry ``anchor``, or before the first; ``apart`` adds a blank line between."""
    if anchor is None:
        at = page.start(top(page, parts[0]))
        lines = [*lines, ""] if apart else lines
    else:
        at = page.start(bottom(page, anchor))
        lines = ["", *lines] if apart else lines
    return at, at, "".join(line + break_ for line in lines)


def deletion(page: Page, parts: list[Part], part: Part) -> Edit:
    """Delete an entry with its comments, and blank lines that would otherwise be left over."""
    first, last = top(page, part), bottom(page, part)
    if page.is_blank(first - 1) and (page.is_blank(last) or part is parts[-1]):
        while page.is_blank(first - 1):
            first -= 1
    elif part is parts[0] and part is not parts[-1]:
        while page.is_blank(last):
            last += 1
    return page.start(first), page.start(last), ""


def stands_apart(
    page: Page, parts: list[Part], anchor: Part | None, kind: Kind, key: str, value: Plain, after: str
) -> bool:
    """Whether a new entry after ``anchor`` is set apart by blank lines, as its neighbours are."""
    if kind == "graph":
        return is_apart(kind, key, value, after)
    if kind in {"block", "node", "scan"}:
        return False
    if len(parts) == 1:
        return kind == "blocks"
    at = next((at for at, part in enumerate(parts) if part is anchor), 0)
    return all(page.is_blank(top(page, part) - 1) for part in parts[max(at, 1) : at + 2])
