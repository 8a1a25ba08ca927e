"""What the graph costs, measured in a thread after every check: parameters and FLOPs of each node."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from zoo.checker import Resolution
from zoo.document import Change
from zoo.graph import Graph
from zoo_gui.background import Background
from zoo_gui.places import place_of
from zoo_gui.workspace import Workspace

if TYPE_CHECKING:
    from zoo.costs import Cost

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Costs:
    """The cost of a whole graph, and of every node by scope and name (of one use, where a block has several).

    ``complete`` is false when errors left nodes out; ``sizes`` are those of the axes of the inputs.
    """

    whole: Cost
    nodes: Mapping[tuple[str, str], Cost]
    complete: bool
    sizes: Mapping[str, int]


def _costs(asked: tuple[int, Resolution]) -> tuple[int, Costs | None]:
    """The costs of a document, by its number."""
    return asked[0], _costs_of(asked[1])


def _costs_of(resolution: Resolution) -> Costs | None:
    from zoo.costs import costs  # torch is loaded by now: a check has come before
    from zoo.samples import sizes_of

    try:
        sizes = sizes_of(resolution, {})
        whole = costs(resolution, sizes)
    except Exception as error:  # noqa: BLE001 - a stranger's layer may raise whatever it likes
        _log.info("the graph has no cost: %s: %s", type(error).__name__, error)
        return None
    found: dict[tuple[str, str], Cost] = {}
    for place, cost in _by_place(resolution.graph, whole, ()):
        found.setdefault(place, cost)
    return Costs(whole, found, resolution.ok, sizes)


def _by_place(graph: Graph, cost: Cost, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, str], Cost]]:
    for child in cost.children:
        # the layers of a repeat are called 0 or 0-2
        inner = (*path, child.name.partition("-")[0])
        place = place_of(graph, ".".join(inner))
        if place is not None and place[1] == child.name:
            yield place, child
        yield from _by_place(graph, child, inner)


class Measures(QObject):
    """The costs of a workspace's graph: ``changed`` comes when they are known anew.

    ``close`` ends the thread; it must be called before the measures go.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.costs: Costs | None = None
        self._workspace = workspace
        self._document = 0
        self._background = Background("measures", _costs, self)
        self._background.done.connect(self._take)
        workspace.resolved.connect(self._ask)
        workspace.graph_changed.connect(self._forget)

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._background.close()

    def _ask(self, resolution: Resolution) -> None:
        if self._workspace.fresh:  # else one of the graph as it is now is to come
            self._background.ask((self._document, resolution))

    def _forget(self, change: Change) -> None:
        if change.edit is None and change.before.name != change.after.name:  # another document
            self._document += 1
            self._take((self._document, None))

    def _take(self, found: tuple[int, Costs | None]) -> None:
        document, costs = found
        if document == self._document:  # nothing of another one, however late it comes
            self.costs = costs
            self.changed.emit()
