"""``Graph`` to text, and text to disk, without loss.

A graph that was read from a text is written by changing that text; a graph made in Python, or a text to be
formatted, is printed in the canonical form. The result is always verified by reading it again: a text whose
meaning differs from the graph is neither returned nor saved.
"""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache

from zoo import arguments
from zoo.errors import FileError, GraphError
from zoo.files.comments import attach
from zoo.files.disk import write_text
from zoo.files.page import Page
from zoo.files.patch import patch
from zoo.files.plain import PlainDict, plain_graph, same
from zoo.files.printer import print_graph
from zoo.files.reader import read
from zoo.files.source import Source
from zoo.files.splice import newline
from zoo.files.text import WordError
from zoo.graph import Graph
from zoo.problems import Problem, has_errors


def dumps(graph: Graph) -> str:
    """The text of a graph's file.

    With a ``source``, it is that text with the necessary changes; an unchanged graph gives the same text,
    including its byte order mark and line breaks. Without one, it is the canonical form. Raises FileError for
    a graph that no file can express.
    """
    arguments.graph(graph)
    try:
        plain = plain_graph(graph)
        return _printed(plain) if graph.source is None else _patched(graph.source, plain)
    except WordError as error:
        raise FileError(f"the graph cannot be written: {error}") from None


def _printed(plain: PlainDict) -> str:
    text = "\n".join([*print_graph(plain), ""])
    _verify(text, plain, "")
    return text


def _patched(source: Source, plain: PlainDict) -> str:
    base, problems = _as_read(source)
    if same(base, plain):
        return source.text
    text = patch(source, base, plain)
    if text is not None and _says(text, plain, len(problems)):
        return text
    if has_errors(problems):
        # the canonical form would lose what could not be read
        name = f"'{source.file}'" if source.file else "the text"
        raise FileError(f"the change does not fit into {name}, which has errors; mend them first")
    text = _reprinted(source, plain)
    _verify(text, plain, source.file)
    return text


@lru_cache(maxsize=8)
def _as_read(source: Source) -> tuple[PlainDict, tuple[Problem, ...]]:
    """The content of a source, cached because an editor saves the same one repeatedly."""
    reading = read(source.text, source.file)
    return plain_graph(reading.graph), reading.problems


def save(graph: Graph, path: str | os.PathLike[str]) -> Graph:
    """Write a graph to its file atomically (``zoo.files.disk``); raises FileError on failure.

    The returned graph has the file's new text as its ``source``, so its problems refer to the new lines.
    """
    file = arguments.path(path)
    text = dumps(graph)
    write_text(file, text)
    return replace(graph, source=Source(file, text))


def fmt(text: str, file: str = "") -> str:
    """A text in the canonical form, with its comments; ``file`` is its name in problems.

    Formatting is idempotent. Raises GraphError for a text with errors.
    """
    reading = read(text, file)
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    assert reading.graph.source is not None
    plain = plain_graph(reading.graph)
    formatted = _reprinted(reading.graph.source, plain)
    _verify(formatted, plain, file)
    return formatted


def _reprinted(source: Source, plain: PlainDict) -> str:
    """The canonical form with the comments, line breaks and byte order mark of a source."""
    root = source.tree.root
    page = Page(source.text, root)
    lines = print_graph(plain, attach(page, root))
    mark = "\ufeff" if source.text.startswith("\ufeff") else ""
    return mark + newline(source.text).join([*lines, ""])


def _says(text: str, plain: PlainDict, problems: int) -> bool:
    """Whether a text reads as ``plain``, with at most ``problems`` problems."""
    after = read(text)
    return len(after.problems) <= problems and same(plain_graph(after.graph), plain)


def _verify(text: str, plain: PlainDict, file: str) -> None:
    after = read(text, file)
    if after.problems:
        raise FileError(
            f"the graph cannot be written: its file would have problems\n{GraphError(after.problems)}"
        )
    if not same(plain_graph(after.graph), plain):
        raise FileError("the graph cannot be written: its file would be read as another graph")
