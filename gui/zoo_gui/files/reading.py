"""A file as the document of a window: also one whose text has errors, so that it can be mended there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from zoo.files import Source, read_path
from zoo.graph import Graph
from zoo.problems import Problem, has_errors
from zoo_gui.files.inline import inlined


@dataclass(frozen=True, slots=True)
class Opened:
    """What a file holds: its graph, without what could not be read, and the problems of its text."""

    graph: Graph
    problems: tuple[Problem, ...]

    @property
    def broken(self) -> bool:
        """Whether something of the text could not be read."""
        return has_errors(self.problems)


def open_file(path: Path) -> Opened:
    """The document of a file, and of those it uses. FileError when it cannot be read."""
    reading = read_path(path)
    return Opened(reading.graph, reading.problems)


def open_template(path: Path) -> Graph:
    """The graph of a library file, as one that has no file yet; its comments stay.

    What it uses of other files becomes its own, for these lie elsewhere than it will.
    """
    graph = inlined(read_path(path).graph)
    return replace(graph, source=graph.source and Source("", graph.source.text))


def empty_graph() -> Graph:
    """What a new window holds."""
    return Graph(name="untitled")
