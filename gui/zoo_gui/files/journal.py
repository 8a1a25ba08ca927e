"""The journal: the text of every graph that is not saved, written after each edit in case of a crash.

An entry is a JSON file beside a lock that its process holds. A process that ends, however it ends, gives its
lock up; an entry that nobody holds was left behind by a crash, and is offered at the next start. Entries are
written to a new file that then takes the old one's name, so that one is whole at every moment.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from PySide6.QtCore import QLockFile

from zoo.errors import ZooError
from zoo.files import dumps
from zoo.graph import Graph

_log = logging.getLogger(__name__)
_PATIENCE = 50
"""Milliseconds: a lock is asked for again and again so long before somebody else is said to hold it."""

_LARGE = 60_000
"""Characters: a longer text is written in a thread, so that no frame waits for it; a kill may
then lose what was edited in the tenths of a second that this takes."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Unsaved work that was found: the text, the file it belongs to, and when it was written."""

    file: Path
    path: Path | None
    name: str
    text: str
    time: float

    def discard(self) -> None:
        """Remove it."""
        self.file.unlink(missing_ok=True)


class Journal:
    """The entry of one window. ``trouble`` says why it cannot be kept; empty when it can."""

    def __init__(self, folder: Path) -> None:
        self.trouble = ""
        self._file = folder / f"{uuid4().hex}.json"
        self._lock = QLockFile(f"{self._file}.lock")
        self._lock.setStaleLockTime(0)
        self._slow = False
        self._newest: tuple[Graph, Path | None] | None = None
        self._turn, self._pen = threading.Lock(), threading.Lock()
        self._thread: threading.Thread | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            self.trouble = f"unsaved work is not kept through a crash: {error}"
        if not self.trouble and not self._lock.tryLock(0):
            self.trouble = f"unsaved work is not kept through a crash: {folder} cannot be written"

    def note(self, graph: Graph, path: Path | None) -> None:
        """Keep the graph as it is now."""
        if self.trouble:
            return
        with self._turn:
            self._newest = (graph, path)
        if not self._slow:
            self._write()
        elif self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._write, name="journal")
            self._thread.start()

    def forget(self) -> None:
        """There is nothing that is not saved."""
        self._wait()
        self._file.unlink(missing_ok=True)

    def close(self) -> None:
        """The window goes, and has saved or given up what was here."""
        self.forget()
        self._lock.unlock()

    def _wait(self) -> None:
        with self._turn:
            self._newest = None
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _write(self) -> None:
        """Write the newest graph; what becomes the newest meanwhile is written after it."""
        while True:
            with self._turn:
                newest, self._newest = self._newest, None
            if newest is None:
                return
            try:
                with self._pen:
                    self._put(*newest)
            except (OSError, ZooError) as error:  # a full disk, or a graph that no file can say
                _log.info("the journal misses an edit: %s", error)

    def _put(self, graph: Graph, path: Path | None) -> None:
        text = dumps(graph)
        self._slow = len(text) > _LARGE
        held = {"path": str(path.resolve()) if path else None, "name": graph.name, "time": time.time()}
        data = json.dumps({**held, "text": text}).encode()
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as file:  # no fsync: a crash of the editor does not lose what the system holds
            file.write(data)
        fresh.replace(self._file)


def left_behind(folder: Path) -> Iterator[Entry]:
    """The entries of processes that ended without saving, the oldest first."""
    for name in folder.glob("*.lock"):
        lock = QLockFile(str(name))
        lock.setStaleLockTime(0)
        if lock.tryLock(_PATIENCE):  # of a process that is gone
            lock.unlock()
    entries = [entry for file in folder.glob("*.json") if (entry := _abandoned(file)) is not None]
    yield from sorted(entries, key=lambda entry: entry.time)


def _abandoned(file: Path) -> Entry | None:
    lock = QLockFile(f"{file}.lock")
    lock.setStaleLockTime(0)
    if not lock.tryLock(_PATIENCE):  # its window is open
        return None
    lock.unlock()
    try:
        held = json.loads(file.read_bytes())
        path = Path(held["path"]) if held["path"] else None
        return Entry(file, path, str(held["name"]), str(held["text"]), float(held["time"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        _log.info("%s is no entry of a journal: %s", file, error)
        return None
