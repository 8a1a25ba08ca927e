"""Loading graph files, and the files that they use.

``use: other.yaml#block`` names a file relative to the one that contains it. Parent folders (``..``) are
allowed, since projects share blocks between folders; absolute paths, home folders and URLs are not, since
they are not portable. Every file is read once. Only regular files of a bounded size are opened, and nothing
in them is executed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zoo import arguments
from zoo.collecting import paused
from zoo.errors import FileError, GraphError
from zoo.files.disk import decode, read_bytes, real_path
from zoo.files.reader import Reading, read
from zoo.files.source import TreePath
from zoo.files.text import shown
from zoo.files.words import split_use
from zoo.graph import Frozen, Graph, Node, Reuse, Scan
from zoo.problems import Problem, has_errors

DEEPEST = 40
"""The maximum length of a chain of files that use each other."""


@paused()
def load(path: str | os.PathLike[str]) -> Graph:
    """Load a graph file and the files that it uses.

    Raises FileError if the file is missing, a directory, too large or unreadable, and GraphError with every
    problem that reading finds. Layers, shapes and wires are checked later, by ``zoo.check``.
    """
    return _whole(read_path(path))


@paused()
def loads(text: str, folder: str | os.PathLike[str] | None = None) -> Graph:
    """Load a graph from a text, as ``load`` does; other files that it uses are looked up in ``folder``."""
    opener = _Opener()
    within = None if folder is None else Path(arguments.path(folder, "folder"))
    graph = opener.complete(read(text), within, "")
    return _whole(Reading(graph, tuple(opener.problems), frozenset(opener.dropped)))


def read_path(path: str | os.PathLike[str]) -> Reading:
    """Read a graph file and the files that it uses, with the problems of all of them.

    Raises FileError if the file itself cannot be read; if a file that it uses cannot be read, this is a
    problem at the line that uses it.
    """
    name = arguments.path(path)
    opener = _Opener()
    graph = opener.open(Path(name), name)
    return Reading(graph, tuple(opener.problems), frozenset(opener.dropped))


def _whole(reading: Reading) -> Graph:
    if has_errors(reading.problems):
        raise GraphError(reading.problems)
    return reading.graph


class _Opener:
    """Opens files and the files they use, each once; ``_way`` is the chain of files that are being opened."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.dropped: set[str] = set()
        self._done: dict[str, Graph] = {}
        self._way: dict[str, str] = {}

    def open(self, path: Path, name: str) -> Graph:
        """The graph of a file; ``name`` is its name in messages."""
        identity = real_path(path, name)
        if identity in self._way:
            cycle = [*self._way.values()][[*self._way].index(identity) :]
            raise FileError(
                f"files use each other in a cycle: {' -> '.join([*cycle, name])}; "
                "move what they share into a file of its own"
            )
        if len(self._way) == DEEPEST:
            raise FileError(f"at most {DEEPEST} files use each other in a row; '{name}' would be one more")
        if identity not in self._done:
            self._way[identity] = name
            folder = name[: len(name) - len(path.name)]
            text = decode(read_bytes(path, name), name)
            reading = Reading(Graph(name=""), (text,)) if isinstance(text, Problem) else read(text, name)
            self._done[identity] = self.complete(reading, path.parent, folder)
            del self._way[identity]
        return self._done[identity]

    def complete(self, reading: Reading, folder: Path | None, shown_folder: str) -> Graph:
        """The graph of a reading, completed by the files that it uses, relative to ``folder``."""
        self.problems += reading.problems
        self.dropped |= reading.dropped
        files: dict[str, Graph] = {}
        failed: set[str] = set()
        for use, scope, path in uses(reading.graph):
            name = split_use(use)[0]
            if name in files or name in failed:
                continue
            try:
                files[name] = self._used(name, folder, shown_folder)
            except FileError as error:
                failed.add(name)
                self.dropped.add(name)
                source = reading.graph.source
                place = None if source is None else source.place(path)
                self.problems.append(Problem("error", "file", str(error), "", scope, place))
        return replace(reading.graph, files=Frozen(files)) if files else reading.graph

    def _used(self, name: str, folder: Path | None, shown_folder: str) -> Graph:
        if folder is None:
            raise FileError(f"'{shown(name)}' lies relative to a file, and this text is in none")
        return self.open(folder / name, shown_folder + name)


def uses(graph: Graph) -> Iterator[tuple[str, str, TreePath]]:
    """Every use of another file: the value of ``use``, the path of the node, and the value's tree path."""
    yield from _uses_in(graph.nodes, "", ("nodes",))
    for name, block in graph.blocks.items():
        yield from _uses_in(block.nodes, f"#{name}", ("blocks", name, "nodes"))


def _uses_in(nodes: Mapping[str, Node], scope: str, path: TreePath) -> Iterator[tuple[str, str, TreePath]]:
    for name, node in nodes.items():
        if isinstance(node, Scan):
            inner = f"{scope}.{name}" if scope else name
            yield from _uses_in(node.nodes, inner, (*path, name, "scan", "nodes"))
        elif not isinstance(node, Reuse) and "#" in node.use:
            yield node.use, f"{scope}.{name}" if scope else name, (*path, name, "use")
