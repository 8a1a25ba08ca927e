"""What is known of a body before it is drawn: its problems, its wires, what is read, types in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoo.checker import Resolution
from zoo.checker.frame import Frame
from zoo.graph import Body, Graph, Node, Ref, Scan
from zoo.problems import Problem
from zoo.sizes import substitute
from zoo.spec import TensorType
from zoo.wires import End, body_wires, node_wires
from zoo_gui.canvas import words
from zoo_gui.places import frame_of, inside, places_of

Wires = tuple[tuple[End, Ref], ...]
"""The wires that end at a node."""


class Knowing:
    """Of one body. ``before`` are nodes with their wires as they were found before, to be used again.

    ``problems`` are those of every node, what is wrong inside of it among them; ``loose`` those of the body
    itself; ``read`` says which outputs of a name are read.
    """

    def __init__(
        self,
        graph: Graph,
        scope: str,
        resolution: Resolution | None,
        before: Mapping[str, tuple[Node, Wires]],
    ) -> None:
        self.graph, self.scope = graph, scope
        self.body: Body = graph.body(scope)
        self.frame: Frame | None = frame_of(resolution, scope)
        self.values: Mapping[str, Any] = self.frame.values if self.frame else {}
        self.problems, self.loose = self._problems(resolution)
        self.wires = self._wires(before)
        self.read = self._read()
        self._words: dict[TensorType, str] = {}

    def type_of(self, name: str, port: str | None) -> str:
        """What is known of an output, in words."""
        known = self.frame.names.get(name) if self.frame else None
        if known is None:
            return ""
        type_ = known.types.get(port) if known.types is not None and port is not None else known.type
        return self.said(type_)

    def said(self, type_: TensorType | None) -> str:
        """A type in words, its params by their values."""
        if type_ is None:
            return ""
        if type_ not in self._words:
            sizes = tuple(substitute(size, self.values) for size in type_.shape)
            self._words[type_] = words.type_words(TensorType(type_.dtype, sizes))
        return self._words[type_]

    def _problems(
        self, resolution: Resolution | None
    ) -> tuple[dict[str, tuple[Problem, ...]], tuple[Problem, ...]]:
        found: dict[str, tuple[Problem, ...]] = {}
        loose: list[Problem] = []
        for problem in resolution.problems if resolution else ():
            chain = places_of(self.graph, problem.path)
            for outer, name in chain:
                if outer == self.scope:
                    found[name] = (*found.get(name, ()), problem)
            here = (
                inside(self.graph, *chain[-1]) if chain else problem.path if problem.path[:1] == "#" else ""
            )
            if here == self.scope:
                loose.append(problem)
        return found, tuple(loose)

    def _wires(self, before: Mapping[str, tuple[Node, Wires]]) -> dict[str, Wires]:
        found: dict[str, Wires] = {}
        for name, node in self.body.nodes.items():
            was = before.get(name)
            found[name] = was[1] if was and was[0] is node else tuple(node_wires(name, node))
        return found

    def _read(self) -> dict[str, set[str | None]]:
        found: dict[str, set[str | None]] = {}
        for ends in self.wires.values():
            for _, ref in ends:
                found.setdefault(ref.node, set()).add(ref.port)
        for _, ref in body_wires(self.body):
            found.setdefault(ref.node, set()).add(ref.port)
        if isinstance(self.body, Scan):
            for state in self.body.final.values():
                found.setdefault(state, set()).add(None)
        return found
