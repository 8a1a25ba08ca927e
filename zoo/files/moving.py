"""Nodes that move from one body to another, together with their comments."""

from __future__ import annotations

from zoo.files.comments import Trivia, attach
from zoo.files.match import match_keys, similarity
from zoo.files.page import Page
from zoo.files.plain import same
from zoo.files.scalars import Plain
from zoo.files.shape import Kind, child, has_names
from zoo.files.source import TreePath
from zoo.files.tree import Mapping, Marked

_ENOUGH = 0.3  # the least similarity of a node that moved to another body, where it has new wires


class Moving:
    """The nodes of a text that have left their body."""

    def __init__(self, page: Page, root: Mapping) -> None:
        self._page, self._root = page, root
        self._removed: dict[str, list[tuple[TreePath, Plain]]] = {}
        self._trivia: dict[TreePath, Trivia] | None = None

    def survey(self, node: Marked, base: Plain, new: Plain, kind: Kind, path: TreePath = ()) -> None:
        """Collect the nodes that leave their body, which may reappear in another one."""
        if not (isinstance(node, Mapping) and isinstance(base, dict) and isinstance(new, dict)):
            return
        was = match_keys(base, new, has_names(kind))
        for key, old in was.items():
            if old in node.entries and not same(base[old], new[key]):
                self.survey(node.entries[old][1], base[old], new[key], child(kind, key), (*path, old))
        if kind == "nodes":
            for old in base.keys() - set(was.values()):
                self._removed.setdefault(old, []).append(((*path, old), base[old]))

    def take_nodes(
        self, value: Plain, kind: Kind, path: TreePath, trivia: dict[TreePath, Trivia], key: str
    ) -> None:
        """Add to ``trivia`` the comments of nodes in a new value that were removed elsewhere."""
        if kind == "node":
            found = self._removed.get(key, [])
            known = next((known for known in found if similarity(known[1], value) >= _ENOUGH), None)
            if known is not None:
                found.remove(known)
                self.take(known[0], path, trivia)
                return
        if isinstance(value, dict):
            for name, inner in value.items():
                self.take_nodes(inner, child(kind, name), (*path, name), trivia, name)

    def take(self, old: TreePath, new: TreePath, trivia: dict[TreePath, Trivia]) -> None:
        """Add to ``trivia`` the comments of a value that moved from ``old`` to ``new``."""
        if self._trivia is None:
            self._trivia = attach(self._page, self._root)
        for path, found in self._trivia.items():
            if path[: len(old)] == old:
                trivia[(*new, *path[len(old) :])] = found
