"""Graph files: YAML to ``Graph`` and back (docs/graph-file.md describes the format).

    text -> marked tree -> Graph
    Graph -> plain values -> text

Reading reports every problem at once. Writing changes only the lines of the text that it must, so that
comments, blank lines, order and quotes of a hand-written file survive every edit.

    loading.py        a file, and those that it uses; disk.py, bytes and texts on the disk
    compose.py        text to a marked tree (tree.py); syntax.py, readable YAML syntax errors
    migrations.py     older versions of the format
    reader.py         the tree to a Graph; report.py, reading single values and reporting problems
      bodies.py         nodes and scans; pieces.py, the parts of nodes
      words.py          types, outputs, uses, expressions; scalars.py, bare words
    source.py         the text of a graph, and the place of everything in it

    writer.py         dumps, fmt, save
    plain.py          a Graph as plain values; shape.py, which part of a file each of them is
    printer.py        plain values as text, in the canonical form
    patch.py          writing a changed graph into its old text
      match.py          which entry became which; steps.py, old and new entries side by side
      page.py           the text by lines; comments.py, what comments belong to; moving.py, moving them
      blocklines.py     entries on their own lines; flow.py, in braces; whole.py, values rewritten as a whole
      splice.py         applying the edits to the text

    hash.py           the semantic hash
    schema/           the JSON schema
    texts.py          a graph and the files it uses, as texts; text.py, line numbers, words in messages
"""

from __future__ import annotations

from zoo.files.disk import read_text, write_bytes, write_text
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
    "write_bytes",
    "write_text",
]
