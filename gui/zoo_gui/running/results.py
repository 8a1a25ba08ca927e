"""What a run gives: figures, the loss as curves, the log, a sample of what the model writes."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from zoo_gui.running.plot import LossPlot
from zoo_gui.theme import Theme

_LONGEST_LOG = 5000
_LEFT = re.compile(r"   \d+:\d\d left$")
"""The time that a run still takes, which it does no more once it has ended."""


class Results(QWidget):
    """Takes the events of a run (see worker.py)."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._good: bool | None = None
        self._wrote = False
        self._from: tuple[float, float] | None = None
        """When the first step was told, and how far the run was then."""
        self.plot = LossPlot(theme)
        self.log, self.sample = (_text("Log of the run"), _text("What the model writes"))
        self.log.setPlaceholderText(
            "Try runs the graph forward and backward on random inputs. Train learns a task with it: a "
            "language model takes any graph with the input tokens and the output logits."
        )
        self.sample.setPlaceholderText("What a trained model writes stands here.")
        self.result, self.figures = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.figures.setAccessibleName("Loss, speed and memory")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(False)  # three short words: they are elided at worst
        self.tabs.setAccessibleName("Results of the run")
        self.tabs.tabBar().setAccessibleName("Results of the run")
        for title, page in (("Log", self.log), ("Curves", self.plot), ("Sample", self.sample)):
            self.tabs.addTab(page, title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for label in (self.result, self.figures):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.hide()
            layout.addWidget(label)
        layout.addWidget(self.tabs, 1)

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self.plot.set_theme(theme)
        self._colour()

    def begin(self, *, curves: bool, afresh: bool = True) -> None:
        """A run begins; with ``curves`` one that trains, not ``afresh`` one that goes on."""
        self._from, self._wrote = None, False
        self.log.clear()
        self.figures.hide()
        self.tabs.setCurrentWidget(self.plot if curves else self.log)
        if curves and afresh:
            self.plot.begin()
            self.sample.clear()

    def take(self, event: Mapping[str, Any]) -> None:
        """Show what has happened."""
        kind = event.get("event")
        if kind == "facts":
            self.write(str(event["text"]))
            if "baseline" in event:
                self.plot.compare(str(event["baseline"]["name"]), float(event["baseline"]["loss"]))
        elif kind == "step":
            if event["loss"] is not None and event["step"]:
                self.plot.add("train", event["step"], event["loss"])
            self._show_figures(event)
        elif kind == "measured":
            self.plot.add("validation", event["step"], event["validation"])
            losses = f"train {event['train']:.3f}, validation {event['validation']:.3f}"
            more = "".join(f", {name} {value:.3f}" for name, value in event.get("metrics", {}).items())
            self.write(f"step {event['step']:,}: {losses}{more}")
        elif kind == "sample":
            self.sample.setPlainText(event["text"])
            self._wrote = True
        elif kind == "done" and self._wrote:
            self.tabs.setCurrentWidget(self.sample)

    def write(self, text: str) -> None:
        """Add to the log."""
        self.log.appendPlainText(text)

    def say(self, text: str, *, good: bool | None) -> None:
        """Say how it stands, and keep it in the log, all of it; ``good`` or bad is its end."""
        self._good = good
        self._colour()
        if good is not None:
            self.figures.setText(_LEFT.sub("", self.figures.text()))
        self.result.setText(text.partition("\n")[0])
        self.result.show()
        self.write(text)

    def _colour(self) -> None:
        colours = {True: self._theme.success, False: self._theme.error, None: self._theme.text}
        self.result.setStyleSheet(f"color: {colours[self._good].name()}")

    def _show_figures(self, event: Mapping[str, Any]) -> None:
        words = [f"step {event['step']:,}"]
        if event["loss"] is not None and event["step"]:
            words.append(f"loss {event['loss']:.3f}")
        if event.get("speed"):
            words.append(f"{event['speed']:,.1f} {event.get('item', 'examples')}/s")
        if event.get("memory"):
            words.append(f"{event['memory'] / 2**20:,.0f} MiB")
        now, progress = time.monotonic(), float(event["progress"])
        self._from = self._from or (now, progress)
        taken, done = now - self._from[0], progress - self._from[1]
        if done > 0.01 and progress < 1:
            words.append(f"{_minutes(taken / done * (1 - progress))} left")
        self.figures.setText("   ".join(words))
        self.figures.setVisible(bool(event["step"]))
        self.result.setVisible(not event["step"])


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _text(name: str) -> QPlainTextEdit:
    field = QPlainTextEdit(readOnly=True)
    field.setMaximumBlockCount(_LONGEST_LOG)
    field.setAccessibleName(name)
    return field
