"""Graph files: YAML to ``Graph`` and back (docs/graph-file.md tells the format).

    text -> marked tree -> Graph     zoo.files.tree, reader, bodies, words, scalars
    Graph -> plain values -> text    zoo.files.plain, printer, patch

Reading reports every problem at once. Writing changes only the lines of the text that it must, so that
comments, blank lines, order and quotes of a hand-written file survive every edit.
"""

from __future__ import annotations

from zoo.files.disk import read_text, write_text
from zoo.files.hash import semantic_hash
from zoo.files.loading import load, loads, read_path
from zoo.files.reader import Reading, read
from zoo.files.source import Source
from zoo.files.writer import dumps, fmt, save

__all__ = [
    "Reading",
    "Source",
    "dumps",
    "fmt",
    "load",
    "loads",
    "read",
    "read_path",
    "read_text",
    "save",
    "semantic_hash",
    "write_text",
]
