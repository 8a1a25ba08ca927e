"""Text to a marked tree.

Graph files use a subset of YAML: mappings with text keys, lists and scalars. Its other features (tags,
anchors and aliases, merge keys, explicit keys, directives, several documents) are reported and skipped.
Therefore a file can neither run code nor expand in memory, and YAML readers agree on its meaning. The tree is
built from parser events without recursion, so deep nesting is refused before it costs anything.
"""

from __future__ import annotations

import re
from typing import Any

import yaml

from zoo.files.syntax import Flaw, explain, unreadable
from zoo.files.text import LARGEST, Lines, shown
from zoo.files.tree import Broken, Mapping, Marked, Scalar, Sequence, Tree

LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml where PyYAML was built with it (ten times faster), else PyYAML's own parser."""

DEEPEST = 40
"""The maximum nesting depth of collections."""

MOST = 100
"""The number of flaws after which the rest of a text is not read."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def compose(text: str) -> Tree:
    """The marked tree of a text, with every flaw; offsets include a byte order mark."""
    if len(text) > LARGEST:
        message = f"a graph file has at most {LARGEST // 2**20} MiB, this one has {len(text) / 2**20:.1f}"
        return Tree(
            None, [Flaw("too-large", message, "say with 'repeat' and 'blocks' what repeats itself", 0)]
        )
    shift = int(text.startswith("\ufeff"))
    flaw = unreadable(text, shift)
    if flaw is not None:
        return Tree(None, [flaw])
    composer = _Composer(text, shift)
    try:
        composer.read()
    except yaml.MarkedYAMLError as error:
        composer.flaws.append(explain(error, text, shift))
    return Tree(composer.root, composer.flaws)


class _Composer:
    """Builds the tree from events.

    ``_open`` are the collections that are not closed yet, ``_keys`` their current keys. A collection in the
    place of a key is None in ``_open``, and its contents are skipped.
    """

    def __init__(self, text: str, shift: int) -> None:
        self.root: Marked | None = None
        self.flaws: list[Flaw] = []
        self._text, self._shift = text, shift
        self._open: list[Mapping | Sequence | None] = []
        self._keys: list[Scalar | Broken | None] = []
        self._questions = re.search(r"\?\s", text) is not None
        self._lines: Lines | None = None

    def read(self) -> None:
        loader = LOADER(self._text[self._shift :])
        try:
            event: Any = loader.get_event()
            while event is not None:
                kind = event.__class__
                if kind is yaml.ScalarEvent:
                    self._scalar(event)
                elif kind is yaml.MappingStartEvent:
                    self._begin(event, Mapping)
                elif kind is yaml.SequenceStartEvent:
                    self._begin(event, Sequence)
                elif kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
                    self._finish(event.end_mark.index + self._shift)
                elif kind is yaml.AliasEvent:
                    self._alias(event)
                elif kind is yaml.DocumentStartEvent:
                    self._document(event)
                if self.flaws and (len(self.flaws) >= MOST or self.flaws[-1].code in _LAST):
                    return
                event = loader.get_event()
        finally:
            loader.dispose()

    # ------------------------------------------------------------------------------------------------- events

    def _scalar(self, event: Any) -> None:
        start, end = event.start_mark.index + self._shift, event.end_mark.index + self._shift
        style, text = event.style, event.value
        if event.tag is not None or event.anchor is not None:
            self._properties(event, start)
        if not style:
            self._add(Scalar(start, end, text, ""))
        elif style == '"' and _SURROGATE.search(text):
            message = "half of a surrogate pair is no character"
            self._report("yaml-syntax", message, "write the character", start)
            self._add(Broken(start, end))
        else:
            # the end mark of a text after | or > includes the blank lines that follow
            end = end if style in {"'", '"'} else start + len(self._text[start:end].rstrip())
            self._add(Scalar(start, end, text, style))

    def _begin(self, event: Any, kind: type[Mapping | Sequence]) -> None:
        start = event.start_mark.index + self._shift
        if event.tag is not None or event.anchor is not None:
            self._properties(event, start)
        if len(self._open) == DEEPEST:
            self._report(
                "yaml-depth",
                f"nesting goes {DEEPEST} levels deep at most",
                "move inner parts into blocks",
                start,
            )
            return
        parent = self._open[-1] if self._open else None
        if isinstance(parent, Mapping) and self._keys[-1] is None:
            message = "a key is a word, here a mapping or a list stands in its place"
            self._report("yaml-key", message, "write 'key: value'; quote a key that holds brackets", start)
            self._open.append(None)
        else:
            self._open.append(
                None if self._open and parent is None else kind(start, start, bool(event.flow_style))
            )
        self._keys.append(None)

    def _finish(self, end: int) -> None:
        node = self._open.pop()
        self._keys.pop()
        if node is not None:
            if node.flow:
                node.end = end
            self._add(node)
        elif self._open and self._open[-1] is not None:
            self._keys[-1] = Broken(end, end)

    def _alias(self, event: Any) -> None:
        start = event.start_mark.index + self._shift
        message = f"'*{shown(event.anchor)}' is a YAML alias, which the format does not know"
        self._report(
            "yaml-alias",
            message,
            "write the value out, use a param or a block, or quote text with a *",
            start,
        )
        self._add(Broken(start, event.end_mark.index + self._shift))

    def _document(self, event: Any) -> None:
        start = event.start_mark.index + self._shift
        if event.version or event.tags:
            self._report(
                "yaml-directive", "lines that begin with % are not part of the format", "remove them", start
            )
        if self.root is not None:
            message = "a file holds one graph, here a second document begins"
            self._report("yaml-documents", message, "split the file at '---'", start)

    # --------------------------------------------------------------------------------------------------- tree

    def _add(self, node: Marked) -> None:
        if not self._open:
            self.root = node
            return
        parent = self._open[-1]
        if parent is None:
            return
        parent.end = node.end
        if isinstance(parent, Sequence):
            parent.items.append(node)
            return
        key = self._keys[-1]
        if key is None:
            self._keys[-1] = self._key(node)
            return
        self._keys[-1] = None
        if isinstance(key, Broken):
            return
        first = parent.entries.get(key.text)
        if first is None:
            parent.entries[key.text] = (key, node)
        else:
            message = (
                f"'{shown(key.text)}' stands twice in one mapping, first in line {self._line(first[0].start)}"
            )
            self._report("yaml-duplicate-key", message, "rename or remove one of them", key.start)

    def _key(self, node: Marked) -> Scalar | Broken:
        if not isinstance(node, Scalar):
            return Broken(node.start, node.end)
        if self._questions and self._is_explicit(node.start):
            message = "keys with a question mark before them are not part of the format"
        elif node.text == "<<" and not node.style:
            message = "'<<' (merge) is not part of the format"
        else:
            return node
        self._report("yaml-key", message, "write 'key: value', one entry for each", node.start)
        return Broken(node.start, node.end)

    def _properties(self, event: Any, start: int) -> None:
        if event.tag is not None:
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"'{shown(tag)}' is a YAML tag, which the format does not know"
            self._report("yaml-tag", message, "remove it, or quote text that begins with !", start)
        if event.anchor is not None:
            message = f"'&{shown(event.anchor)}' is a YAML anchor, which the format does not know"
            self._report(
                "yaml-anchor", message, "remove it; use a param or a block for what is said twice", start
            )

    def _is_explicit(self, offset: int) -> bool:
        while offset > 0 and self._text[offset - 1] == " ":
            offset -= 1
        return self._text[offset - 1 : offset] == "?"

    def _line(self, offset: int) -> int:
        self._lines = self._lines or Lines(self._text)
        return self._lines.position(offset)[0]

    def _report(self, code: str, message: str, remedy: str, at: int) -> None:
        self.flaws.append(Flaw(code, message, remedy, at))


_LAST = {"yaml-depth", "yaml-documents"}  # the text after these is not read
