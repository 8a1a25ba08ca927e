"""What a run gives: how it stands, curves, texts, figures, pictures, the log."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QTextCursor
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QTabWidget, QVBoxLayout, QWidget

from zoo_gui.running.pictures import Pictures
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
        self._kind, self._wrote = "", False
        self._clipped = 0.0
        self._from: tuple[float, float] | None = None
        """When the first step was told, and how far the run was then."""
        self.plot, self.pictures = LossPlot(theme), Pictures()
        self.log, self.text, self.table = _text("Log"), _text("Text"), _text("Figures")
        self.log.setMaximumBlockCount(_LONGEST_LOG)
        self.log.setPlaceholderText(
            "Try runs the graph forward and backward on random inputs. Train learns a task with it: a "
            "language model takes any graph with the input tokens and the output logits."
        )
        self.text.setPlaceholderText("What a model writes stands here.")
        self.table.setPlaceholderText("What an evaluation measures and what a probe finds stands here.")
        self.table.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.table.setFont(_columns())
        self.result, self.figures = QLabel(wordWrap=True), QLabel(wordWrap=True)
        self.figures.setAccessibleName("Loss, speed and memory")
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setUsesScrollButtons(False)  # short words: they are elided at worst
        self.tabs.setAccessibleName("Results of the run")
        self.tabs.tabBar().setAccessibleName("Results of the run")
        pages = {"Log": self.log, "Curves": self.plot, "Text": self.text}
        for title, page in {**pages, "Figures": self.table, "Pictures": self.pictures}.items():
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
        self.table.setFont(_columns())
        self._colour()

    def begin(self, kind: str) -> None:
        """A run of this kind begins (requests.py); one that is gone on with keeps its curves."""
        self._kind, self._from, self._wrote, self._clipped = kind, None, False, 0.0
        self.log.clear()
        self.figures.hide()
        if kind == "train":
            self.plot.begin()
        if kind in {"train", "generate", "evaluate"}:
            self.text.clear()
        if kind in {"evaluate", "probe"}:
            self.table.clear()
        if kind == "probe":
            self.pictures.begin()
        front = {"train": self.plot, "resume": self.plot, "generate": self.text, "trial": self.log}
        self.tabs.setCurrentWidget(front.get(kind, self.table))

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
            self._take_measurement(event)
        elif kind == "sample":
            self.text.setPlainText(event["text"])
            self._wrote = True
        elif kind == "piece":
            _append(self.text, str(event["text"]))
        elif kind == "table":
            before = self.table.toPlainText()
            self.table.setPlainText("\n\n".join(filter(None, [before, str(event["text"])])))
        elif kind == "picture":
            self.pictures.add(str(event["title"]), str(event["path"]))
        elif kind == "done" and self._wrote and self._kind in {"train", "resume"}:
            self.tabs.setCurrentWidget(self.text)

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

    def finish(self) -> None:
        """End what runs beside."""
        self.pictures.close_reader()
        self.plot.close_loader()

    def _colour(self) -> None:
        colours = {True: self._theme.success, False: self._theme.error, None: self._theme.text}
        self.result.setStyleSheet(f"color: {colours[self._good].name()}")

    def _take_measurement(self, event: Mapping[str, Any]) -> None:
        self._clipped = float(event["clipped"])
        self.plot.add("validation", event["step"], event["validation"])
        losses = f"train {event['train']:.3f}, validation {event['validation']:.3f}"
        more = "".join(f", {name} {value:.3f}" for name, value in event["metrics"].items())
        self.write(f"step {event['step']:,}: {losses}{more}, {self._clipped:.0%} of the steps clipped")

    def _show_figures(self, event: Mapping[str, Any]) -> None:
        words = [f"step {event['step']:,}"]
        if event["loss"] is not None and event["step"]:
            words.append(f"loss {event['loss']:.3f}")
        if event.get("speed"):
            words.append(f"{event['speed']:,.1f} {event.get('item', 'examples')}/s")
        if event.get("memory"):
            words.append(f"{event['memory'] / 2**20:,.0f} MiB")
        if self._clipped:
            words.append(f"{self._clipped:.0%} clipped")
        now, progress = time.monotonic(), float(event["part"])
        self._from = self._from or (now, progress)
        taken, done = now - self._from[0], progress - self._from[1]
        if done > 0.01 and progress < 1:
            words.append(f"{_minutes(taken / done * (1 - progress))} left")
        self.figures.setText("   ".join(words))
        self.figures.setVisible(bool(event["step"]))
        self.result.setVisible(not event["step"])


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _columns() -> QFont:
    """Letters of one width, as large as all text."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSize(QApplication.font().pointSize())
    return font


def _append(field: QPlainTextEdit, text: str) -> None:
    """Add to a text, and stay at its end if that was in sight."""
    bar = field.verticalScrollBar()
    at_end = bar.value() == bar.maximum()
    cursor = QTextCursor(field.document())
    cursor.movePosition(QTextCursor.MoveOperation.End)
    cursor.insertText(text)
    if at_end:
        bar.setValue(bar.maximum())


def _text(name: str) -> QPlainTextEdit:
    field = QPlainTextEdit(readOnly=True)
    field.setAccessibleName(name)
    return field
