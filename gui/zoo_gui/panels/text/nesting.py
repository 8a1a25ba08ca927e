"""Keys within keys of a text that is being written: what YAML refuses halfway is read here as far as it goes.

It is for completion alone, which must know where the cursor is before the brackets are closed. What a file
means is for ``zoo.files`` to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

_KEY = re.compile(r"([A-Za-z_][\w.-]*):(?=[\s,\]}]|$)")
_COMMENT = re.compile(r"(?:(?<=\s)|(?<=^))#.*")
_QUOTED = re.compile(r""""(?:[^"\\]|\\.)*"?|'(?:[^']|'')*'?""")
_FLOW_WORD = re.compile(r"[^\s,{}\[\]](?:[^,{}\[\]#]|(?<!\s)#)*")


@dataclass(slots=True)
class Entry:
    """A key with its words, or with the keys inside it; ``listed`` are the words of a list."""

    key: str
    words: str = ""
    entries: dict[str, Entry] = field(default_factory=dict[str, "Entry"])
    listed: list[str] = field(default_factory=list[str])

    def inside(self, *keys: str) -> Entry:
        """What lies at a path, an empty entry where there is nothing."""
        entry = self
        for key in keys:
            entry = entry.entries.get(key) or Entry(key)
        return entry


@dataclass(frozen=True, slots=True)
class Where:
    """Where a text ends: the keys around that, and what is being written there.

    ``path`` ends with the key whose value is being written; ``in_key`` says that a key inside of it is.
    ``written`` is ``#`` in a comment.
    """

    path: tuple[str, ...]
    in_key: bool
    written: str


def nesting(text: str) -> Entry:
    """All the keys of a text."""
    return _Reader(text).root


def where(text: str) -> Where:
    """Where the end of a text is."""
    return _Reader(text).where()


class _Reader:
    """Reads line by line. ``_blocks`` are the open keys with their indents, ``_flow`` the open brackets, each
    with what it belongs to; ``_value`` is the key in brackets whose value comes next.
    """

    def __init__(self, text: str) -> None:
        self.root = Entry("")
        self._blocks: list[tuple[int, Entry]] = [(-1, self.root)]
        self._flow: list[tuple[str, Entry]] = []
        self._value: Entry | None = None
        self._written = ""
        self._in_key = True
        *lines, last = text.split("\n")
        for line in filter(str.strip, lines):
            self._line(line)
        self._line(last)

    def where(self) -> Where:
        """Where the last line ended."""
        keys = [entry.key for _, entry in self._blocks[1:]]
        around = self._blocks[-1][1]
        for _, entry in self._flow:
            if entry is not around:
                keys.append(entry.key)
            around = entry
        if self._value is not None:
            keys.append(self._value.key)
        return Where(tuple(keys), self._in_key, self._written)

    def _line(self, line: str) -> None:
        words = line.lstrip(" ")
        indent = len(line) - len(words)
        key = _KEY.match(words)
        if self._flow and key and indent <= self._blocks[-1][0]:
            self._flow = []  # a bracket was left open above: the next key of a block ends it
        if self._flow:
            self._in_flow(line)
            return
        self._value, self._written, self._in_key = None, words, True
        if words.startswith("#"):
            self._written, self._in_key = "#", False
            return
        self._leave(indent + words.startswith("- "))
        if words.startswith("- "):
            self._written, self._in_key = words[2:].lstrip(), False
            self._blocks[-1][1].listed.append(self._written.strip())
        elif key is not None:
            entry = Entry(key[1])
            self._blocks[-1][1].entries[key[1]] = entry
            self._blocks.append((indent, entry))
            self._after_key(entry, words[key.end() :])

    def _leave(self, indent: int) -> None:
        """Leave the keys that a line of this indent is not inside of."""
        while self._blocks[-1][0] >= indent:
            self._blocks.pop()

    def _after_key(self, entry: Entry, rest: str) -> None:
        """What stands behind the key of a block, on its line."""
        value = rest.lstrip()
        if value[:1] in {"{", "["}:
            self._in_flow(value)
            return
        commented = _COMMENT.search(rest)
        entry.words = _COMMENT.sub("", value).strip()
        self._written = "#" if commented else value
        self._in_key = False

    def _in_flow(self, line: str) -> None:
        """A line, or its rest, within brackets."""
        self._written = ""
        for kind, word in _tokens(line):
            if kind in "{[":
                self._open(kind)
            elif kind in "}]":
                self._close()
            elif kind == ",":
                self._value, self._written, self._in_key = None, "", self._flow[-1][0] == "{"
            elif kind == "key":
                entry = Entry(word)
                self._flow[-1][1].entries[word] = entry
                self._value, self._written, self._in_key = entry, "", False
            elif kind == "#":
                self._written, self._in_key = "#", False
            else:
                self._written = word
                if self._value is not None:
                    self._value.words = word.strip()
                elif self._flow[-1][0] == "[":
                    self._flow[-1][1].listed.append(word.strip())
            if not self._flow:
                self._value, self._written, self._in_key = None, "", False
                return

    def _open(self, bracket: str) -> None:
        owner = self._value
        if owner is None:
            owner = self._flow[-1][1] if self._flow else self._blocks[-1][1]
        self._flow.append((bracket, owner))
        self._value, self._written, self._in_key = None, "", bracket == "{"

    def _close(self) -> None:
        if self._flow:
            self._flow.pop()
        self._value, self._written, self._in_key = None, "", False


@lru_cache(maxsize=20_000)  # of a long text, a key changes one line
def _tokens(line: str) -> tuple[tuple[str, str], ...]:
    """Brackets, commas, keys and words, each with its kind; words with the blanks after them."""
    return tuple(_split(line))


def _split(line: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(line):
        letter = line[at]
        if letter.isspace():
            at += 1
        elif letter == "#" and (at == 0 or line[at - 1].isspace()):
            yield "#", line[at:]
            return
        elif letter in "{}[],":
            yield letter, letter
            at += 1
        elif found := _KEY.match(line, at):
            yield "key", found[1]
            at = found.end()
        elif found := _QUOTED.match(line, at) or _FLOW_WORD.match(line, at):
            yield "word", found[0]
            at = found.end()
        else:
            at += 1
