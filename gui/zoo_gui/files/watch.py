"""Noticing that another program wrote the file of a window.

Editors write files in many ways (over the old one, or a new one moved into its place), so the folder is
watched as well, and what counts is what the file holds afterwards.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_PAUSE = 120
"""Milliseconds to wait after the last sign of a change, for programs that write in several steps."""


class Watch(QObject):
    """Watches one file at a time; ``changed`` comes when it holds something else than at ``settle``.

    A file that is gone counts as no change: what it held is here.
    """

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._known: bytes | None = None
        self._watcher = QFileSystemWatcher(self)
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self._look)
        self._watcher.fileChanged.connect(self._later)
        self._watcher.directoryChanged.connect(self._later)

    def settle(self, path: Path | None) -> None:
        """What the file holds now is what the window knows."""
        if path != self._path and (watched := [*self._watcher.files(), *self._watcher.directories()]):
            self._watcher.removePaths(watched)
        self._path = path
        self._known = _digest(path)
        self._attach()

    def _later(self, _: str) -> None:
        self._soon.start()

    def _attach(self) -> None:
        if self._path is not None:
            wanted = {str(self._path), str(self._path.parent)}
            missing = wanted - {*self._watcher.files(), *self._watcher.directories()}
            there = [name for name in missing if Path(name).exists()]
            if there:
                self._watcher.addPaths(there)

    def _look(self) -> None:
        self._attach()
        found = _digest(self._path)
        if found is not None and found != self._known:
            self._known = found
            self.changed.emit()


def _digest(path: Path | None) -> bytes | None:
    try:
        return None if path is None else sha256(path.read_bytes()).digest()
    except OSError:  # it is being replaced, or gone
        return None
