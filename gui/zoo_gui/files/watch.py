"""Noticing that another program wrote the file of a window.

Editors write files in many ways (over the old one, or a new one moved into its place), so the folder is
watched as well, and what counts is what the file holds afterwards.
"""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_PAUSE, _ABSENCE = 120, 1000
"""Milliseconds to wait after the last sign of a change, for programs that write in several steps, and until a
file that has gone is not expected back."""


class Watch(QObject):
    """Watches one file at a time; ``changed`` comes when it holds something else than at ``settle``, ``gone``
    when it is no longer there.
    """

    changed = Signal()
    gone = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._known: bytes | None = None
        self._missing: Literal["no", "perhaps", "yes"] = "no"
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
        self._known, self._missing = _digest(path), "no"
        self._attach()

    def _later(self, _: str) -> None:
        self._soon.start(_PAUSE)

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
        if found is not None:
            self._missing = "no"
            if found != self._known:
                self._known = found
                self.changed.emit()
        elif self._known is not None and self._path is not None and not self._path.exists():
            self._miss()

    def _miss(self) -> None:
        """The file is not there: once more later, for it may be on its way, and then say so, once."""
        if self._missing == "no":
            self._missing = "perhaps"
            self._soon.start(_ABSENCE)
        elif self._missing == "perhaps":
            self._missing = "yes"
            self.gone.emit()


def _digest(path: Path | None) -> bytes | None:
    try:
        return None if path is None else sha256(path.read_bytes()).digest()
    except OSError:  # it is being replaced, or gone
        return None
