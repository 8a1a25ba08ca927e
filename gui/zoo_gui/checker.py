"""The checker in a thread of its own: packs load and graphs are resolved while the window stays alive.

Only the newest graph matters: those that were asked for while another was being resolved are skipped.
"""

from __future__ import annotations

import logging
from threading import Lock

from PySide6.QtCore import QObject, QThread, Signal, Slot

from zoo.checker import Memory, resolve
from zoo.graph import Graph
from zoo.packs import registry

_log = logging.getLogger(__name__)


class _Worker(QObject):
    """Lives in the thread; ``newest`` is what it is to resolve next."""

    resolved = Signal(object)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.lock = Lock()
        self.newest: Graph | None = None
        self._memory = Memory()

    @Slot()
    def run(self) -> None:
        """Resolve the newest graph, unless an earlier call has done so."""
        with self.lock:
            graph, self.newest = self.newest, None
        if graph is None:
            return
        try:
            resolution = resolve(graph, registry(), memory=self._memory)
        except Exception as error:  # noqa: BLE001 - a fault of the checker or of a pack must not end the editor
            _log.exception("the checker failed")
            self._memory = Memory()
            self.failed.emit(f"the graph could not be checked: {type(error).__name__}: {error}")
        else:
            self.resolved.emit(resolution)


class Checker(QObject):
    """Resolves graphs, one after the other; ``resolved`` brings each Resolution to the thread of the window.

    ``close`` ends the thread; it must be called before the checker goes.
    """

    resolved = Signal(object)
    failed = Signal(str)
    _asked = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName("checker")
        self._worker = _Worker()
        self._worker.moveToThread(self._thread)
        self._asked.connect(self._worker.run)
        self._worker.resolved.connect(self.resolved)
        self._worker.failed.connect(self.failed)
        self._thread.start()

    def ask(self, graph: Graph) -> None:
        """Have ``graph`` resolved, instead of any that still waits."""
        with self._worker.lock:
            self._worker.newest = graph
        self._asked.emit()

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._thread.quit()
        self._thread.wait()
