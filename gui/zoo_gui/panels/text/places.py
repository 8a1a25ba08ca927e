"""Where in a text each box of the graph stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zoo.files.compose import compose
from zoo.files.tree import Mapping, Marked
from zoo.graph import join
from zoo_gui.selection import Pick


@dataclass(frozen=True, slots=True)
class Spot:
    """A box and its characters: from its name to the end of what is said of it."""

    scope: str
    pick: Pick
    start: int
    end: int


class Places:
    """The boxes of a text, which need not be without errors."""

    def __init__(self, text: str) -> None:
        self.spots: list[Spot] = []
        root = compose(text).root
        if isinstance(root, Mapping):
            self.spots += _ports(root, "")
            self.spots += _nodes(_part(root, "nodes"), "")
            blocks = _part(root, "blocks")
            for name, (_, block) in blocks.entries.items() if isinstance(blocks, Mapping) else ():
                if isinstance(block, Mapping):
                    self.spots += _ports(block, f"#{name}")
                    self.spots += _nodes(_part(block, "nodes"), f"#{name}")

    def of(self, scope: str, pick: Pick) -> Spot | None:
        """Where a box stands."""
        return next((spot for spot in self.spots if spot.scope == scope and spot.pick == pick), None)

    def at(self, offset: int) -> Spot | None:
        """The innermost box around a character."""
        around = [spot for spot in self.spots if spot.start <= offset <= spot.end]
        return min(around, key=lambda spot: spot.end - spot.start, default=None)


def _ports(body: Mapping, scope: str) -> Iterator[Spot]:
    for part, kind in (("inputs", "input"), ("outputs", "output")):
        found = _part(body, part)
        for name, (key, value) in found.entries.items() if isinstance(found, Mapping) else ():
            yield Spot(scope, Pick("input" if kind == "input" else "output", name), key.start, value.end)


def _nodes(nodes: Marked | None, scope: str) -> Iterator[Spot]:
    if not isinstance(nodes, Mapping):
        return
    for name, (key, node) in nodes.entries.items():
        yield Spot(scope, Pick("node", name), key.start, node.end)
        scan = _part(node, "scan")
        if isinstance(scan, Mapping):
            yield from _nodes(_part(scan, "nodes"), join(scope, name))


def _part(node: Marked | None, key: str) -> Marked | None:
    entry = node.entries.get(key) if isinstance(node, Mapping) else None
    return entry[1] if entry else None
