"""A graph and the files that it uses as texts, to embed them in a checkpoint, a program or a Python file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from posixpath import dirname, join, normpath

from zoo.errors import FileError, GraphError
from zoo.files.loading import uses
from zoo.files.reader import read
from zoo.files.words import split_use
from zoo.files.writer import dumps
from zoo.graph import Frozen, Graph
from zoo.problems import has_errors


@dataclass(frozen=True)
class Document:
    """The text of a graph file, and the files whose blocks it uses, by the names in its text."""

    text: str
    files: dict[str, Document] = field(default_factory=dict[str, "Document"])


def document_of(graph: Graph) -> Document:
    """The text of a graph and of the files it uses."""
    return Document(dumps(graph), {name: document_of(used) for name, used in graph.files.items()})


def graph_of(document: Document, name: str) -> Graph:
    """The graph of a document; raises GraphError, with problems located in ``name``, if it has errors."""
    reading = read(document.text, name)
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    files = {file: graph_of(used, file) for file, used in document.files.items()}
    return replace(reading.graph, files=Frozen(files))


def files_of(graph: Graph, folder: str = "") -> Iterator[tuple[str, Graph]]:
    """The files that a graph uses, directly or not, by their path relative to the graph's file."""
    for name, used in graph.files.items():
        path = normpath(join(folder, name))
        yield path, used
        yield from files_of(used, dirname(path))


def found_in(texts: Mapping[str, str], path: str, *, within: tuple[str, ...] = ()) -> Document:
    """The document at ``path`` among several texts, given by their paths as in ``files_of``.

    Raises FileError if one of them uses a file that is not among them, or itself.
    """
    if path not in texts:
        raise FileError(f"'{within[-1]}' uses '{path}', which is not among the texts beside it")
    if path in within:
        raise FileError(f"files use each other in a cycle: {' -> '.join([*within, path])}")
    names = dict.fromkeys(split_use(use)[0] for use, *_ in uses(read(texts[path], path).graph))
    way = (*within, path)
    files = {name: found_in(texts, normpath(join(dirname(path), name)), within=way) for name in names}
    return Document(texts[path], files)
