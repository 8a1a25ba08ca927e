"""Writing a changed graph into the text it was read from, changing as few lines as possible.

Three trees are traversed in parallel: the marked tree of the text, the plain values that it was read as, and
the new values. Equal values keep their text byte for byte. Entries are added after their neighbour and in its
style, removed with their comments, renamed in place, and moved between bodies with their comments. A value
for which this is not possible is rewritten as a whole.

The result is tentative: ``zoo.files.writer`` verifies it by reading it again.
"""

from __future__ import annotations

from collections.abc import Callable

from zoo.files.blocklines import Edit, deletion, insertion, stands_apart
from zoo.files.bodies import KEYS
from zoo.files.comments import Trivia
from zoo.files.flow import Piece, rebuild
from zoo.files.moving import Moving
from zoo.files.page import Page
from zoo.files.plain import same
from zoo.files.printer import Printer, flow
from zoo.files.scalars import Plain, word
from zoo.files.shape import Kind, child
from zoo.files.source import Source, TreePath
from zoo.files.splice import RigidError, apply, newline
from zoo.files.steps import Part, Step, entries, items
from zoo.files.tree import Mapping, Marked, Sequence
from zoo.files.whole import Whole


def patch(source: Source, base: dict[str, Plain], new: dict[str, Plain]) -> str | None:
    """Change the text of ``source`` from the content ``base`` to ``new``; None if its form prevents that."""
    root = source.tree.root
    if not isinstance(root, Mapping):
        return None
    break_ = newline(source.text)
    whole = source.text.endswith(("\n", "\r"))
    patcher = _Patcher(source.text if whole else source.text + break_, root, break_)
    try:
        patcher.moving.survey(root, base, new, "graph")
        patcher.collection(root, base, new, "graph")
        text = patcher.result()
    except RigidError:
        return None
    return text if whole else text.removesuffix(break_)


class _Patcher:
    def __init__(self, text: str, root: Mapping, break_: str) -> None:
        self._text, self._break = text, break_
        self._page = Page(text, root)
        self._edits: list[Edit] = []
        self.moving = Moving(self._page, root)
        self._whole = Whole(text, self._page, break_)

    def result(self) -> str:
        """The text with all changes; end-of-line comments keep their column where possible."""
        page = self._page
        by_line: dict[int, list[Edit]] = {}
        for edit in self._edits:
            by_line.setdefault(page.line(edit[0]), []).append(edit)
        for offset, _ in page.beside:
            start = page.space_before(offset)
            before = [edit for edit in by_line.get(page.line(offset), ()) if edit[0] < offset]
            grown = sum(len(new) - (last - first) for first, last, new in before)
            rigid = any(last > start or "\n" in new or "\r" in new for _, last, new in before)
            if grown and not rigid and page.is_aligned(offset):
                self._edits.append((start, offset, " " * max(2, offset - start - grown)))
        return apply(self._text, self._edits, 0, len(self._text))

    # ------------------------------------------------------------------------------------------------- values

    def collection(self, node: Marked, base: Plain, new: Plain, kind: Kind, path: TreePath = ()) -> None:
        """Change a mapping or list entry by entry; raises RigidError if it must be rewritten as a whole."""
        if isinstance(node, Mapping) and isinstance(base, dict) and isinstance(new, dict) and new:
            steps, parts = entries(node, base, new, kind, path)
        elif isinstance(node, Sequence) and isinstance(base, list) and isinstance(new, list) and new:
            steps, parts = items(node, self._text, base, new, path)
        else:
            raise RigidError
        kept = [step.part for step in steps if step.part is not None and step.stays]
        if node.flow and (len(kept) < len(steps) or len(kept) < len(parts)):
            self._flow(node, steps, parts, base, kind)
        elif node.flow or not parts:
            self._keep(steps, kind)
        else:
            self._block(steps, parts, base, kind)

    def _keep(self, steps: list[Step], kind: Kind) -> None:
        for step in steps:
            if step.part is not None:
                self._change(step.part, step, child(kind, step.key))

    def _change(self, part: Part, step: Step, kind: Kind) -> None:
        """Rename an entry, and change its value."""
        if part.key is not None and part.key.text != step.key:
            self._edits.append((part.key.start, part.key.end, word(step.key, part.flow, part.key.style)))
        if same(step.base, step.new):
            return
        before, base = len(self._edits), step.base
        if base is None and self._is_remark(part.value):
            base = _NO_ENTRIES if isinstance(part.value, Mapping) else _NO_ITEMS
        try:
            self.collection(part.value, base, step.new, kind, part.path)
        except RigidError:
            del self._edits[before:]
            self._edits += self._whole.replace(part, step.key, step.new, kind)

    def _is_remark(self, node: Marked) -> bool:
        """Whether there is only a comment between brackets."""
        empty = (isinstance(node, Mapping) and not node.entries) or (
            isinstance(node, Sequence) and not node.items
        )
        return empty and "#" in self._text[node.start : node.end]

    def _collect(self, change: Callable[[], None]) -> list[Edit]:
        """The edits that ``change`` makes, collected separately."""
        outer, self._edits = self._edits, []
        try:
            change()
            return self._edits
        finally:
            self._edits = outer

    # --------------------------------------------------------------------------------------- entries by lines

    def _block(self, steps: list[Step], parts: list[Part], base: Plain, kind: Kind) -> None:
        page = self._page
        changes = len(steps) < len(parts) or not all(step.part is not None and step.stays for step in steps)
        if changes and not all(page.is_first(part.start) for part in parts):
            raise RigidError
        column = page.column(parts[0].start)
        anchor: Part | None = None
        stays = any(step.part is not None and step.stays for step in steps)
        after = ""
        for step in steps:
            if step.part is not None and step.stays:
                self._change(step.part, step, child(kind, step.key))
                anchor = step.part
            else:
                lines = self._lines(step, kind, column)
                apart = stays and stands_apart(page, parts, anchor, kind, step.key, step.new, after)
                self._edits.append(insertion(page, parts, anchor, lines, apart, self._break))
            after = step.key
        kept = {step.part.start for step in steps if step.part is not None and step.stays}
        for part in parts:
            if part.start not in kept and self._goes(part, base, steps, kind):
                self._edits.append(deletion(page, parts, part))

    @staticmethod
    def _goes(part: Part, base: Plain, steps: list[Step], kind: Kind) -> bool:
        """Whether to delete an entry of the text that is not among the new ones.

        Entries that reading skipped (because they were broken, or empty) are kept, unless a node changed to a
        kind without such an entry.
        """
        if kind == "node":
            keys = next((KEYS[step.key] for step in steps if step.key in KEYS), ())
            return part.name not in keys or (isinstance(base, dict) and part.name in base)
        return not isinstance(base, dict) or part.name in base

    def _lines(self, step: Step, kind: Kind, column: int) -> list[str]:
        """The lines of an entry that is new here, with the comments that it had elsewhere."""
        if kind == "value" and step.key == "":
            return [f"{' ' * column}- {flow(step.new)}"]
        trivia: dict[TreePath, Trivia] = {}
        if step.part is not None:
            self.moving.take(step.part.path, (step.key,), trivia)
        else:
            self.moving.take_nodes(step.new, child(kind, step.key), (step.key,), trivia, step.key)
        above = trivia.get((step.key,), Trivia()).above
        own = above[max((at + 1 for at, text in enumerate(above) if not text), default=0) :]
        lines = Printer(trivia).entry(step.key, step.new, child(kind, step.key), (step.key,), column)
        return [*(" " * column + comment for comment in own), *lines]

    # -------------------------------------------------------------------------------------- entries in braces

    def _flow(
        self,
        node: Mapping | Sequence,
        steps: list[Step],
        parts: list[Part],
        base: Plain,
        kind: Kind,
    ) -> None:
        pieces: list[Piece] = []
        for step in steps:
            if step.part is not None:
                pieces.append(Piece(self._changed(step.part, step, kind), step.part.start))
            else:
                value = flow(step.new)
                pieces.append(Piece(value if isinstance(node, Sequence) else f"{word(step.key)}: {value}"))
        kept = {step.part.start for step in steps if step.part is not None}
        pieces += [
            Piece(self._text[part.start : part.end], part.start)
            for part in parts
            if part.start not in kept and not self._goes(part, base, steps, kind)
        ]
        bounds = [(part.start, part.end) for part in parts]
        start, end = node.start + 1, node.end - 1
        inside = rebuild(self._text[start:end], start, bounds, pieces)
        if inside is None or self._text[start - 1] not in "{[":
            raise RigidError
        self._edits.append((start, end, inside))

    def _changed(self, part: Part, step: Step, kind: Kind) -> str:
        edits = self._collect(lambda: self._keep([step], kind))
        return apply(self._text, edits, part.start, part.end)


_NO_ENTRIES: Plain = {}
_NO_ITEMS: Plain = []
