"""A run in its own process, seen from the editor: what it tells becomes signals, however it ends."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any, cast

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

from zoo_gui.running.requests import Request, Resumption, Training

PATIENCE = 20_000
"""Milliseconds in which a run that is to end can take its step, measure and save."""


class Job(QObject):
    """One run at a time. ``told`` brings every event of the worker; ``logged`` what it prints besides.

    ``ended`` brings a sentence, and whether all went well.
    """

    told = Signal(object)
    logged = Signal(str)
    ended = Signal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: QProcess | None = None
        self._rest = b""
        self._last: dict[str, Any] = {}
        self._stopping, self._learns = False, False

    @property
    def running(self) -> bool:
        """Whether a run is under way."""
        return self._process is not None

    @property
    def learning(self) -> bool:
        """Whether a training run is under way, which has something to save."""
        return self.running and self._learns

    @property
    def process_id(self) -> int:
        """The id of the process, 0 when there is none."""
        return self._process.processId() if self._process else 0

    def start(self, request: Request, plugins: Sequence[str] = ()) -> None:
        """Start a run, unless one is under way."""
        if self._process is not None:
            return
        self._rest, self._last, self._stopping = b"", {}, False
        self._learns = isinstance(request, Training | Resumption)
        process = self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        folders = [*plugins, environment.value("ZOO_PLUGINS")]
        environment.insert("ZOO_PLUGINS", os.pathsep.join(dict.fromkeys(filter(None, folders))))
        environment.insert("PYTHONUNBUFFERED", "1")
        process.setProcessEnvironment(environment)
        if request.folder:
            process.setWorkingDirectory(request.folder)  # runs are kept beside the file
        process.readyReadStandardOutput.connect(self._read)
        process.readyReadStandardError.connect(self._log)
        process.finished.connect(self._end)
        process.errorOccurred.connect(self._fail)
        process.start(sys.executable, ["-P", "-m", "zoo_gui.running.worker"])
        process.write(request.model_dump_json().encode() + b"\n")

    def stop(self) -> None:
        """Ask the run to end after its step, whole and saved; asked again, end it at once."""
        if self._process is None:
            return
        if self._stopping:
            self._process.kill()
        else:
            self._stopping = True
            self._process.terminate()

    def close(self) -> None:
        """End what runs, and wait for it: a training run after its step, saved unless that takes too long."""
        if self._process is not None:
            self._process.finished.disconnect(self._end)
            self._process.errorOccurred.disconnect(self._fail)
            if self.learning and not self._stopping:
                self._process.terminate()
            if not self.learning or not self._process.waitForFinished(PATIENCE):
                self._process.kill()
                self._process.waitForFinished(5000)
            self._process = None

    def _read(self) -> None:
        if self._process is None:
            return
        lines = (self._rest + bytes(self._process.readAllStandardOutput().data())).split(b"\n")
        self._rest = lines.pop()
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:  # a pack printed past the worker's guard
                self.logged.emit(line.decode(errors="replace"))
                continue
            self._last = cast(dict[str, Any], event)
            self.told.emit(event)

    def _log(self) -> None:
        if self._process is not None:
            text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
            self.logged.emit(text.rstrip("\n"))

    def _fail(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart and self._process is not None:
            reason = self._process.errorString()
            self._process = None
            self.ended.emit(f"the process could not be started: {reason}", False)

    def _end(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._log()
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        if self._last.get("event") in {"done", "error"}:
            self.ended.emit(str(self._last.get("text", "")), self._last["event"] == "done" and code == 0)
        elif self._stopping:
            self.ended.emit("stopped", False)
        elif status == QProcess.ExitStatus.CrashExit:
            self.ended.emit(
                f"the process was ended from outside, or crashed (signal {code}); if memory is short, "
                "take a smaller batch",
                False,
            )
        else:
            self.ended.emit(f"the process ended early, with code {code}; the log says more", False)
