"""The text that a graph was read from, and the place of every value in it."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

from zoo.files.compose import compose
from zoo.files.text import Lines
from zoo.files.tree import Mapping, Marked, Sequence, Tree
from zoo.problems import Place

TreePath: TypeAlias = tuple[str | int, ...]
"""The path of a value in the file: ``("nodes", "encoder", "scan", "nodes", "cell", "with", "hidden")``."""


class Source:
    """A text with the name of its file as the user gave it ("" for a string).

    The marked tree and the line index are computed lazily, and are not part of copies and pickles.
    """

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text

    def __repr__(self) -> str:
        return f"Source({self.file!r}, {len(self.text)} characters)"

    def __reduce__(self) -> tuple[type[Source], tuple[str, str]]:
        return Source, (self.file, self.text)

    @cached_property
    def tree(self) -> Tree:
        """The marked tree, with the YAML errors of the text."""
        return compose(self.text)

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self.text)

    def at(self, offset: int) -> Place:
        """The place of an offset in the text."""
        return Place(self.file, *self._lines.position(offset))

    def place(self, path: TreePath, key: bool = False) -> Place:
        """The place of the value at ``path``, or of its key; if it does not exist, of the enclosing entry.

        A wire written ``in: x`` has no port name, so an empty step of the path is skipped.
        """
        node, last = self.tree.root, None
        for step in path:
            if step == "":
                continue
            entry = _child(node, step)
            if entry is None:
                key = True
                break
            last, node = entry
        if last is not None and (key or node is None):
            return self.at(last.start)
        return self.at(node.start if node is not None else 0)


def _child(node: Marked | None, step: str | int) -> tuple[Marked, Marked] | None:
    """The key (in a list, the item) and the value one step down."""
    if isinstance(node, Mapping) and isinstance(step, str):
        return node.entries.get(step)
    if isinstance(node, Sequence) and isinstance(step, int) and step < len(node.items):
        return node.items[step], node.items[step]
    return None
