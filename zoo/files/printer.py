"""Plain values to text, in the canonical form.

Sections are separated by blank lines. A mapping or list is written on one line if it fits in a hundred
columns and contains no comment, otherwise with one entry per line. Bodies, scans and repeats always have one
entry per line. Comments and single blank lines of another text are placed according to its ``Trivia``.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from zoo.files.comments import Trivia
from zoo.files.scalars import Plain, is_visible, word
from zoo.files.shape import Kind, child, is_apart, is_tall
from zoo.files.source import TreePath

WIDTH = 100
"""The maximum length of a line."""


def print_graph(plain: dict[str, Plain], trivia: Mapping[TreePath, Trivia] | None = None) -> list[str]:
    """The lines of a whole file."""
    return Printer(trivia or {}).mapping(plain, "graph", (), 0)


def flow(value: Plain) -> str:
    """A value on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{word(key)}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return word(value)


class Printer:
    """Prints entries with the comments that belong to their paths."""

    def __init__(self, trivia: Mapping[TreePath, Trivia]) -> None:
        self._trivia = trivia
        self._commented: set[TreePath] = set()  # collections with a comment inside
        for path, found in trivia.items():
            if found.behind:
                self._commented.update(path[:end] for end in range(len(path) + 1))
            elif found.beside or any(found.above):
                self._commented.update(path[:end] for end in range(len(path)))

    def mapping(self, value: dict[str, Plain], kind: Kind, path: TreePath, indent: int) -> list[str]:
        """The lines of a mapping's entries, and of its closing comments."""
        lines: list[str] = []
        apart, after = False, ""
        for key, item in value.items():
            was_apart, apart = apart and kind != "graph", len(path) < 2 and is_apart(kind, key, item, after)
            after = key
            above = self._above((*path, key), indent)
            if lines and (apart or was_apart) and above[:1] != [""]:
                above.insert(0, "")
            if not lines and above[:1] == [""]:
                del above[0]
            lines += [*above, *self.entry(key, item, child(kind, key), (*path, key), indent)]
        return lines + self._behind(path, indent)

    def entry(self, key: str, value: Plain, kind: Kind, path: TreePath, indent: int) -> list[str]:
        """The lines of ``key: value``."""
        space, name = " " * indent, word(key)
        if isinstance(value, dict | list):
            line = self._beside(f"{space}{name}: {flow(value)}", path)
            if not value or not (is_tall(kind, value) or path in self._commented or len(line) > WIDTH):
                return [line]
            if isinstance(value, list) and not self._is_broken(value, path):
                return self._filled(f"{space}{name}: ", value, path, indent)
            inside = (
                self.mapping(value, kind, path, indent + 2)
                if isinstance(value, dict)
                else self._items(value, path, indent + 2)
            )
            return [self._beside(f"{space}{name}:", path), *inside]
        lines = [f"{space}{name}: {word(value, flow=False)}"]
        if isinstance(value, str) and ("\n" in value or len(lines[0]) > WIDTH):
            lines = [
                f"{space}{name}: {text}" if at == 0 else text
                for at, text in enumerate(text_lines(value, indent))
            ]
        lines[0] = self._beside(lines[0], path)
        return lines

    def _is_broken(self, value: list[Plain], path: TreePath) -> bool:
        return path in self._commented or any(isinstance(item, dict | list) for item in value)

    def _filled(self, start: str, value: list[Plain], path: TreePath, indent: int) -> list[str]:
        lines = [start + "["]
        for at, item in enumerate(value):
            text = word(item) if not isinstance(item, dict | list) else flow(item)
            text += "]" if at == len(value) - 1 else ","
            if at and len(lines[-1]) + 1 + len(text) > WIDTH:
                lines.append(" " * (indent + 2) + text)
            else:
                lines[-1] += f" {text}" if at else text
        lines[-1] = self._beside(lines[-1], path)
        return lines

    def _items(self, value: list[Plain], path: TreePath, indent: int) -> list[str]:
        lines: list[str] = []
        for index, item in enumerate(value):
            inside = (*path, index)
            lines += self._above(inside, indent)
            if isinstance(item, dict | list) and inside in self._commented:
                lines.append(self._beside(" " * indent + "-", inside))
                if isinstance(item, dict):
                    lines += self.mapping(item, "value", inside, indent + 2)
                else:
                    lines += self._items(item, inside, indent + 2)
            else:
                lines.append(self._beside(f"{' ' * indent}- {flow(item)}", inside))
        return lines + self._behind(path, indent)

    def _above(self, path: TreePath, indent: int) -> list[str]:
        found = self._trivia.get(path)
        lines: list[str] = []
        for text in found.above if found else ():
            if text:
                lines.append(" " * indent + text)
            elif not lines or lines[-1]:
                lines.append("")
        return lines

    def _behind(self, path: TreePath, indent: int) -> list[str]:
        found = self._trivia.get(path)
        return [" " * indent + text for text in found.behind] if found else []

    def _beside(self, line: str, path: TreePath) -> str:
        found = self._trivia.get(path)
        if found is None or not found.beside:
            return line
        return line.ljust(max(len(line) + 2, found.column)) + found.beside


def text_lines(value: str, indent: int) -> list[str]:
    """A multi-line or long text as written after ``key:``; the first line follows the colon."""
    space = " " * (indent + 2)
    lines = value.removesuffix("\n").split("\n")
    if len(lines) > 1:
        if value.endswith("\n\n") or value[0] in " \n" or not all(map(is_visible, lines)):
            return [word(value)]
        return ["|" if value.endswith("\n") else "|-", *(space + line if line else "" for line in lines)]
    words = value.split(" ")
    if not is_visible(value) or "" in words or len(words) == 1:
        return [word(value, flow=False)]
    # a line break between words is read back as a space
    return [">-", *_wrap(value, space)]


def _wrap(text: str, space: str) -> list[str]:
    wrapper = textwrap.TextWrapper(
        WIDTH, initial_indent=space, subsequent_indent=space, break_long_words=False, break_on_hyphens=False
    )
    return wrapper.wrap(text)
