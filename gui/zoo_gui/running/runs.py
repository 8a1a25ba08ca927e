"""The run that something is done with, chosen from those beside the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFileDialog

from zoo_gui.background import Background
from zoo_gui.line import Line
from zoo_gui.running.choice import Choice
from zoo_gui.running.known import Known, look_at, runs_of
from zoo_gui.theme import Theme

_LETTERS = 16
_PAUSE = 300
"""Milliseconds without a key after which a path that was typed is looked at."""


@dataclass(frozen=True, slots=True)
class _Asked:
    run: str
    folder: Path


def _read(asked: _Asked) -> Known:
    return look_at(asked.run, asked.folder)


class Runs(Choice):
    """A line with the path of a run, and those beside the file to choose from.

    ``known`` brings what is known of the one that stands there, read in a thread of its own.
    """

    known = Signal(object)

    def __init__(self, theme: Theme, folder: Callable[[], Path]) -> None:
        super().__init__(theme)
        self._folder = folder
        self.now = Known("")
        self.setEditable(True)
        self.setInsertPolicy(Choice.InsertPolicy.NoInsert)
        self.setAccessibleName("Run")
        self.setToolTip("The run to continue, to generate with, to evaluate or to probe; or a checkpoint")
        self._line = Line(theme, "no run yet")
        self._line.put_at_end("folder", "Choose the folder of a run", self._choose)
        self.setLineEdit(self._line)
        self._line.setAccessibleName("Run")
        self.setMinimumContentsLength(_LETTERS)
        self._reader = Background("runs", _read, self)
        self._reader.done.connect(self._take)
        self._soon = QTimer(self, singleShot=True, interval=_PAUSE)
        self._soon.timeout.connect(self.refresh)
        self.currentTextChanged.connect(self._wait)

    @property
    def run(self) -> str:
        """The run that stands there, empty where there is none."""
        return self.currentText().strip()

    @property
    def goes_on(self) -> bool:
        """Whether the run that stands there is known to be one that can be continued."""
        return self.now.goes_on and self.now.run == self.run

    def choose(self, run: str) -> None:
        """Put a run there, and read it anew."""
        self.setCurrentText(run)
        self.refresh()

    def refresh(self) -> None:
        """Read what is known of the run that stands there."""
        self._soon.stop()
        if self.run:
            self._reader.ask(_Asked(self.run, self._folder()))
        else:
            self._take(Known(""))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        super().set_theme(theme)
        self._line.set_theme(theme)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """The runs that are there now."""
        self.fill()
        super().showPopup()

    def fill(self) -> list[str]:
        """Offer the runs beside the file, the newest first; which they are."""
        text, found = self.currentText(), runs_of(self._folder())
        self.blockSignals(True)
        self.clear()
        self.addItems(found)
        self.setCurrentText(text)
        self.blockSignals(False)
        return found

    def close_reader(self) -> None:
        """End the thread."""
        self._soon.stop()
        self._reader.close()

    def _wait(self, _: str) -> None:
        self._soon.start()

    def _take(self, known: Known) -> None:
        if known.run == self.run:
            self.now = known
            self.known.emit(known)

    def _choose(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "The folder of a run", str(self._folder()))
        if name:
            self.choose(name)
