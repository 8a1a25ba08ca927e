"""Work in a thread of its own, always on the newest of what was asked for: what came between is skipped."""

from __future__ import annotations

import logging
from collections.abc import Callable
from threading import Lock
from typing import Any

from PySide6.QtCore import QObject, QThread, Signal, Slot

_log = logging.getLogger(__name__)
_NOTHING = object()


class _Worker(QObject):
    """Lives in the thread."""

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, work: Callable[[Any], object]) -> None:
        super().__init__()
        self.lock = Lock()
        self.newest: object = _NOTHING
        self._work = work

    @Slot()
    def run(self) -> None:
        """Work on the newest item, unless an earlier call has done so."""
        with self.lock:
            item, self.newest = self.newest, _NOTHING
        if item is _NOTHING:
            return
        try:
            result = self._work(item)
        except Exception as error:  # noqa: BLE001 - whatever it is, the editor goes on
            _log.info("work in the background failed", exc_info=True)
            self.failed.emit(f"{type(error).__name__}: {error}")
        else:
            self.done.emit(result)


class Background(QObject):
    """``work`` is called in the thread, ``done`` brings what it returns, ``failed`` why it returned nothing.

    ``close`` ends the thread; it must be called before the object goes.
    """

    done = Signal(object)
    failed = Signal(str)
    _asked = Signal()

    def __init__(self, name: str, work: Callable[[Any], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread = QThread(self)
        self._thread.setObjectName(name)
        self._worker = _Worker(work)
        self._worker.moveToThread(self._thread)
        self._asked.connect(self._worker.run)
        self._worker.done.connect(self.done)
        self._worker.failed.connect(self.failed)
        self._thread.start()

    def ask(self, item: object) -> None:
        """Have ``item`` worked on, instead of any that still waits."""
        with self._worker.lock:
            self._worker.newest = item
        self._asked.emit()

    def close(self) -> None:
        """End the thread, after what it is at."""
        self._thread.quit()
        self._thread.wait()
