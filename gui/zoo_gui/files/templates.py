"""The graphs of the library as templates, read in a thread once for all windows."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from zoo.errors import ZooError
from zoo.graph import Graph
from zoo.packs import Registry
from zoo_gui.background import Background
from zoo_gui.files.reading import open_template
from zoo_gui.files.titles import spellings, title

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Template:
    """A graph to start from, and what it is called on a card."""

    title: str
    graph: Graph


class Templates(QObject):
    """``found`` are the templates by name, in the order in which packs offer them; ``changed`` comes when
    they are there, or there anew.

    ``close`` ends the thread; it must be called before the templates go.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.found: Mapping[str, Template] | None = None
        self._background = Background("templates", _read, self)
        self._background.done.connect(self._take)

    def read(self, registry: Registry) -> None:
        """Read the graphs of these packs."""
        self._background.ask(registry)

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._background.close()

    def _take(self, found: Mapping[str, Template]) -> None:
        self.found = found
        self.changed.emit()


def _read(registry: Registry) -> dict[str, Template]:
    """What can be started from: graphs with nodes. A file of blocks alone is there to be used by others."""
    found: dict[str, Graph] = {}
    for name, path in registry.graphs.items():
        try:
            graph = open_template(path)
        except ZooError as error:  # `zoo packs` tells of it
            _log.info("%s is no template: %s", path, error)
            continue
        if graph.nodes:
            found[name] = graph
    written = spellings(
        [graph.about for graph in found.values()] + [spec.help for spec in registry.layers.values()]
    )
    return {name: Template(title(name, written), graph) for name, graph in found.items()}
