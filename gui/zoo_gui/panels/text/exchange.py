"""Graph to text and back. Both are called in threads, for a thousand nodes take longer than a frame."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from zoo.errors import FileError, GraphError, ZooError
from zoo.files import Source, dumps, loads
from zoo.files.splice import newline
from zoo.graph import Block, Frozen, Graph, Node, identical
from zoo.problems import Place, Problem
from zoo_gui.panels.text.places import Places

V = TypeVar("V", bound=Node | Block)


def plain(text: str) -> str:
    """A text with the line ends that a text field has."""
    return text.replace(newline(text), "\n")


@dataclass(frozen=True, slots=True)
class Written:
    """The text of a graph; ``trouble`` says why there is none."""

    graph: Graph
    text: str
    places: Places
    trouble: str = ""


def write(graph: Graph) -> Written:
    """The text of a graph, as it would be saved."""
    try:
        text = plain(dumps(graph))
    except ZooError as error:
        return Written(graph, "", Places(""), str(error))
    return Written(graph, text, Places(text))


@dataclass(frozen=True, slots=True)
class Draft:
    """What a person has written, beside the graph and the file that it belongs to."""

    text: str
    graph: Graph
    path: Path | None

    @property
    def whole(self) -> str:
        """The text with the line ends of the file."""
        source = self.graph.source
        return self.text.replace("\n", newline(source.text)) if source else self.text


@dataclass(frozen=True, slots=True)
class Understood:
    """What a draft means: a graph, or problems."""

    draft: Draft
    graph: Graph | None
    problems: tuple[Problem, ...]
    places: Places


def understand(draft: Draft) -> Understood:
    """Read a draft; what is the same as in the graph beside it is the same object afterwards."""
    places = Places(draft.text)
    try:
        graph = loads(draft.whole, draft.path.parent if draft.path else None)
    except GraphError as error:
        return Understood(draft, None, error.problems, places)
    except FileError as error:
        problem = Problem("error", "file", str(error), "", "", Place("", 1, 1))
        return Understood(draft, None, (problem,), places)
    name = str(draft.path) if draft.path else ""
    graph = replace(_shared(draft.graph, graph), source=Source(name, draft.whole))
    return Understood(draft, graph, (), places)


def _shared(old: Graph, new: Graph) -> Graph:
    return replace(new, nodes=_kept(old.nodes, new.nodes), blocks=_kept(old.blocks, new.blocks))


def _kept(old: Frozen[str, V], new: Frozen[str, V]) -> Frozen[str, V]:
    def kept(name: str, one: V) -> V:
        return old[name] if name in old and identical(old[name], one) else one

    return Frozen({name: kept(name, one) for name, one in new.items()})
