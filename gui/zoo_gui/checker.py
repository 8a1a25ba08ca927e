"""The checker in a thread of its own: packs load and graphs are resolved while the window stays alive."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from zoo.checker import Memory, Resolution, resolve
from zoo.graph import Graph
from zoo.packs import registry
from zoo_gui.background import Background


class Checker(QObject):
    """Resolves graphs, the newest first; ``resolved`` brings each Resolution to the thread of the window.

    ``close`` ends the thread; it must be called before the checker goes.
    """

    resolved = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._memory = Memory()
        self._background = Background("checker", self._resolve, self)
        self._background.done.connect(self.resolved)
        self._background.failed.connect(self._tell)

    def ask(self, graph: Graph) -> None:
        """Have ``graph`` resolved, instead of any that still waits."""
        self._background.ask(graph)

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._background.close()

    def _resolve(self, graph: Graph) -> Resolution:
        try:
            return resolve(graph, registry(), memory=self._memory)
        except Exception:
            self._memory = Memory()  # whatever it holds now
            raise

    def _tell(self, text: str) -> None:
        self.failed.emit(f"the graph could not be checked: {text}")
