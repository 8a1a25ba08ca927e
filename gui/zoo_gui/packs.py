"""The packs, loaded in a thread: torch takes a second, and the window must not wait for it."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterable

from PySide6.QtCore import QObject, QThread, Signal

from zoo.packs import Registry, install, load_packs, registry
from zoo_gui.device import device_name

_log = logging.getLogger(__name__)


class _Loading(QThread):
    """Loads the registry of the process; anew, with the packs in ``plugins``, when these are given."""

    loaded = Signal(object, str)

    def __init__(self, plugins: Iterable[str] | None, parent: QObject) -> None:
        super().__init__(parent)
        self._plugins = None if plugins is None else tuple(plugins)

    def run(self) -> None:
        try:
            if self._plugins is not None:
                install(load_packs(plugins=self._plugins))
            found = registry()
        except Exception:  # noqa: BLE001 - whatever a pack may raise, the editor goes on without it
            _log.exception("the packs could not be loaded")
            found = Registry()
        self.loaded.emit(found, device_name())


class Packs(QObject):
    """The registry of the process, once it is there: ``ready`` brings it to the thread of the window.

    ``device`` is where runs take place, known by then.
    """

    ready = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.registry: Registry | None = None
        self.device = ""
        self._loading: _Loading | None = None

    def load(self, plugins: Iterable[str] | None = None) -> None:
        """Begin to load, unless that is under way."""
        if self._loading is None:
            self._loading = _Loading(plugins, self)
            self._loading.loaded.connect(self._take)
            self._loading.finished.connect(self._end)
            self._loading.start()

    def close(self) -> None:
        """Wait for what is under way: a thread cannot be left behind."""
        if self._loading is not None:
            self._loading.wait()
            self._end()

    def _end(self) -> None:
        if self._loading is not None:
            self._loading.deleteLater()
            self._loading = None

    def _take(self, found: Registry, device: str) -> None:
        gc.freeze()  # torch's half a million objects stay, and no collection walks them amid a frame
        self.registry, self.device = found, device
        self.ready.emit(found)
