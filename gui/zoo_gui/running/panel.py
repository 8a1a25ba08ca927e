"""The panel Run: forward and backward on random inputs, or training; progress, curves, log, results."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from zoo.errors import ZooError
from zoo.files import dumps
from zoo_gui.running.job import Job
from zoo_gui.running.plot import LossPlot
from zoo_gui.running.worker import Request
from zoo_gui.settings import Settings
from zoo_gui.theme import Theme, icon
from zoo_gui.workspace import Workspace

_LONGEST_LOG = 5000
Kind = Literal["trial", "train"]


class RunPanel(QWidget):
    """Runs the graph as it is now, saved or not, in a process of its own."""

    def __init__(self, workspace: Workspace, settings: Settings, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._settings, self._theme = workspace, settings, theme
        self.job = Job(self)
        self.job.told.connect(self._take)
        self.job.logged.connect(self._log)
        self.job.ended.connect(self._ended)
        self.plot = LossPlot(theme)
        self.log = QPlainTextEdit(readOnly=True)
        self.log.setMaximumBlockCount(_LONGEST_LOG)
        self.log.setAccessibleName("Log of the run")
        self.log.setPlaceholderText(
            "Try runs the graph forward and backward on random inputs. Train makes a language model of a "
            "text from any graph with the input tokens and the output logits."
        )
        self.result = QLabel(wordWrap=True)
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result.hide()
        split = QSplitter(Qt.Orientation.Horizontal)
        side = QWidget()
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.addWidget(self.result)
        right.addWidget(self.log, 1)
        split.addWidget(self.plot)
        split.addWidget(side)
        split.setSizes([380, 420])
        self.plot.hide()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addLayout(self._controls())
        layout.addWidget(split, 1)
        self.setFocusProxy(self.try_button)

    def _controls(self) -> QVBoxLayout:
        self.try_button, self.train_button = QPushButton("Try"), QPushButton("Train")
        self.stop_button = QPushButton("Stop")
        self.stop_button.setEnabled(False)
        self._dress()
        for button, act in (
            (self.try_button, lambda: self.start("trial")),
            (self.train_button, lambda: self.start("train")),
            (self.stop_button, self.stop),
        ):
            button.clicked.connect(act)
        buttons = QHBoxLayout()
        for button in (self.try_button, self.train_button, self.stop_button):
            buttons.addWidget(button)
        self.device = QComboBox()
        self.device.addItems(["auto", "cpu", "cuda"])
        self.steps, self.batch, self.rate = QLineEdit("500"), QLineEdit("32"), QLineEdit("0.003")
        self.text = QLineEdit(placeholderText="built-in English")
        choose = self.text.addAction(
            icon("folder", self._theme.muted), QLineEdit.ActionPosition.TrailingPosition
        )
        choose.triggered.connect(self._choose_text)
        choose.setToolTip("Choose a text to learn")
        grid = QGridLayout()
        grid.setSpacing(5)
        rows = (
            (("device", self.device), ("text", self.text)),
            (("steps", self.steps), ("batch", self.batch), ("rate", self.rate)),
        )
        for row, fields in enumerate(rows):
            for column, (name, widget) in enumerate(fields):
                label = QLabel(name)
                label.setProperty("muted", True)
                label.setBuddy(widget)
                widget.setAccessibleName(name)
                widget.setMinimumWidth(62)
                wide = 3 if widget is self.text else 1
                grid.addWidget(label, row, 2 * column)
                grid.addWidget(widget, row, 2 * column + 1, 1, wide)
        self.progress = QProgressBar()
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(12)
        self.progress.setAccessibleName("Progress")
        column = QVBoxLayout()
        column.setSpacing(6)
        column.addLayout(buttons)
        column.addLayout(grid)
        column.addWidget(self.progress)
        column.addStretch(1)
        return column

    def _dress(self) -> None:
        self.try_button.setIcon(icon("run", self._theme.text))
        self.train_button.setIcon(icon("repeat", self._theme.text))
        self.stop_button.setIcon(icon("stop", self._theme.text))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._dress()
        self.plot.set_theme(theme)

    def finish(self) -> None:
        """End the run."""
        self.job.close()

    # ------------------------------------------------------------------------------------------------ running

    def start(self, kind: Kind) -> None:
        """Run the graph."""
        if self.job.running:
            return
        try:
            request = self.request(kind)
        except (ZooError, ValueError) as error:
            self._say(str(error), good=False)
            return
        self.log.clear()
        self._say("starting…", good=None)
        self.plot.setVisible(kind == "train")
        if kind == "train":
            self.plot.begin()
        self.progress.setRange(0, 0)
        self._busy(True)
        self.job.start(request, self._settings.choices.plugins)

    def request(self, kind: Kind) -> Request:
        """What is to be run; ZooError or ValueError say what is wrong with it."""
        numbers: dict[str, Any] = {}
        fields: dict[str, tuple[QLineEdit, Callable[[str], float]]] = {
            "steps": (self.steps, int),
            "batch": (self.batch, int),
            "learning_rate": (self.rate, float),
        }
        for name, (field, read) in fields.items():
            try:
                numbers[name] = read(field.text())
            except ValueError:
                raise ValueError(f"{name.replace('_', ' ')} is a number, got '{field.text()}'") from None
            if numbers[name] <= 0:
                raise ValueError(f"{name.replace('_', ' ')} is more than 0, got {field.text()}")
        path = self._workspace.path
        device: Any = self.device.currentText()
        return Request(
            kind=kind,
            graph=dumps(self._workspace.graph),
            folder=str(path.parent.resolve()) if path else None,
            device=device,
            text=self.text.text() or None,
            **numbers,
        )

    def stop(self) -> None:
        """End the run: after its step, or at once when asked again."""
        self.job.stop()
        self.stop_button.setText("Stop now")

    def _take(self, event: dict[str, Any]) -> None:
        kind = event.get("event")
        if kind == "facts":
            self._say(str(event["text"]), good=None)
            if "bigram" in event:
                self.plot.begin(float(event["bigram"]))
        elif kind == "step":
            self.progress.setRange(0, 1000)
            self.progress.setValue(round(1000 * float(event["progress"])))
            if event["loss"] is not None and event["step"]:
                self.plot.add("train", event["step"], event["loss"])
                self.result.setText(f"step {event['step']:,}   loss {event['loss']:.3f}")
        elif kind == "measured":
            self.plot.add("validation", event["step"], event["validation"])
            self._log(
                f"step {event['step']:,}: train {event['train']:.3f}, validation {event['validation']:.3f}"
            )
        elif kind == "sample":
            self._log(f"\n{event['text']}\n")

    def _log(self, text: str) -> None:
        self.log.appendPlainText(text)

    def _ended(self, text: str, good: bool) -> None:
        self.progress.setRange(0, 1000)
        self.progress.setValue(1000 if good else 0)
        self._busy(False)
        self._say(text, good=good)

    def _busy(self, busy: bool) -> None:
        self.try_button.setEnabled(not busy)
        self.train_button.setEnabled(not busy)
        self.stop_button.setEnabled(busy)
        self.stop_button.setText("Stop")

    def _say(self, text: str, *, good: bool | None) -> None:
        """Say how it stands, and keep it in the log."""
        colour = {True: self._theme.success, False: self._theme.error, None: self._theme.text}[good]
        self.result.setStyleSheet(f"color: {colour.name()}")
        self.result.setText(text)
        self.result.show()
        self._log(text)

    def _choose_text(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "A text to learn", "", "Text (*.txt *.md);;All files (*)")
        if name:
            self.text.setText(name)
