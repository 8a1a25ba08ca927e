"""The panel Run: forward and backward on random inputs, or training; begun, stopped, gone on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from zoo.errors import ZooError
from zoo.files import dumps
from zoo.packs import Registry
from zoo_gui.flow import Flow
from zoo_gui.running.controls import Controls
from zoo_gui.running.job import Job
from zoo_gui.running.results import Results
from zoo_gui.running.worker import Request
from zoo_gui.settings import Settings
from zoo_gui.theme import Theme, icon
from zoo_gui.workspace import Workspace

Kind = Literal["trial", "train"]
_WHOLE = 1000
_WIDE = 80
"""Letters in which fields and results stand beside each other."""


class RunPanel(QWidget):
    """Runs the graph as it is now, saved or not, in a process of its own."""

    def __init__(
        self, workspace: Workspace, settings: Settings, theme: Theme, device: Callable[[], str] = lambda: ""
    ) -> None:
        super().__init__()
        self._workspace, self._settings, self._theme, self._device = workspace, settings, theme, device
        self._out: str | None = None
        workspace.graph_changed.connect(self._follow)
        self.job = Job(self)
        self.results = Results(theme)
        self.controls = Controls(theme)
        self.job.told.connect(self._take)
        self.job.logged.connect(self.results.write)
        self.job.ended.connect(self._ended)
        self.try_button, self.train_button = QPushButton("Try"), QPushButton("Train")
        self.continue_button, self.stop_button = QPushButton("Continue"), QPushButton("Stop")
        self._starters = (self.try_button, self.train_button, self.continue_button)
        self._begun_by = self.try_button
        self.progress = QProgressBar()
        self.progress.setRange(0, _WHOLE)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(12)
        self.progress.setAccessibleName("Progress")
        self.progress.hide()
        self._fields = QScrollArea(widgetResizable=True)
        self._fields.setWidget(self.controls)
        self._fields.setFrameShape(QScrollArea.Shape.NoFrame)
        self._fields.setProperty("bare", True)
        self._fields.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._fields.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._sides = QHBoxLayout()
        self._sides.setSpacing(10)
        self._sides.addWidget(self._fields, 3)
        self._sides.addWidget(self.results, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addWidget(self._buttons())
        layout.addWidget(self.progress)
        layout.addLayout(self._sides, 1)
        self.setFocusProxy(self.try_button)
        self.continue_button.setToolTip("Go on with the last run from where it ended, by as many steps again")
        self._dress()
        self._busy(False)

    def _buttons(self) -> Flow:
        buttons = Flow()
        acts: tuple[tuple[QPushButton, Callable[[], object]], ...] = (
            (self.try_button, lambda: self.start("trial")),
            (self.train_button, lambda: self.start("train")),
            (self.continue_button, self.go_on),
            (self.stop_button, self.stop),
        )
        for button, act in acts:
            button.clicked.connect(act)
            buttons.add(button)
        return buttons

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The fields stand beside the results, or are one more tab of them where there is no room."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE * self.fontMetrics().averageCharWidth()
        beside = self._sides.count() > 1
        if wide and not beside:
            self.results.tabs.removeTab(self.results.tabs.indexOf(self._fields))
            self._sides.insertWidget(0, self._fields, 3)
            self._fields.show()
        elif beside and not wide:
            self.results.tabs.insertTab(0, self._fields, "Settings")

    def _dress(self) -> None:
        for button, sign in (
            (self.try_button, "run"),
            (self.train_button, "repeat"),
            (self.continue_button, "right"),
            (self.stop_button, "stop"),
        ):
            button.setIcon(icon(sign, self._theme.text))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._dress()
        self.controls.set_theme(theme)
        self.results.set_theme(theme)

    def set_registry(self, registry: Registry) -> None:
        """The packs are there, and with them torch: it is known where runs take place."""
        self.controls.set_tasks(registry.tasks, self._workspace.graph)
        self.controls.set_device(self._device())

    def _follow(self, _: object) -> None:
        self.controls.set_graph(self._workspace.graph)

    def finish(self) -> None:
        """End the run."""
        self.job.close()

    # ------------------------------------------------------------------------------------------------ running

    @property
    def can_go_on(self) -> bool:
        """Whether there is a run that ended and was kept."""
        return self._out is not None and not self.job.running

    def start(self, kind: Kind) -> None:
        """Run the graph."""
        self._begin(kind, None)

    def go_on(self) -> None:
        """Train on from where the last run ended, by as many steps again."""
        if self.can_go_on:
            self._begin("train", self._out)

    def _begin(self, kind: Kind, resume: str | None) -> None:
        if self.job.running:
            return
        try:
            request = self.request(kind, resume)
        except (ZooError, ValueError) as error:
            self.results.say(str(error), good=False)
            return
        self.results.begin(curves=kind == "train", afresh=resume is None)
        self.results.say("starting…", good=None)
        self.progress.setRange(0, 0)
        self.progress.show()
        self.job.start(request, self._settings.choices.plugins)
        self._busy(True)

    def request(self, kind: Kind, resume: str | None = None) -> Request:
        """What is to be run; ZooError or ValueError say what is wrong with it."""
        path = self._workspace.path
        return Request(
            kind=kind,
            graph=dumps(self._workspace.graph),
            folder=str(path.parent.resolve()) if path else None,
            resume=resume,
            **self.controls.chosen(),
        )

    def stop(self) -> None:
        """End the run: after its step, or at once when asked again."""
        self.job.stop()
        self.stop_button.setText("Stop now")

    def _take(self, event: dict[str, Any]) -> None:
        if event.get("event") == "step":
            self.progress.setRange(0, _WHOLE)
            self.progress.setValue(round(_WHOLE * float(event["progress"])))
        if event.get("event") == "facts" and "out" in event:
            self._out = str(event["out"])
        self.results.take(event)

    def _ended(self, text: str, good: bool) -> None:
        self.progress.hide()
        self._busy(False)
        self.results.say(text, good=good)

    def _busy(self, busy: bool) -> None:
        held = next((each for each in self._starters if each is self.window().focusWidget()), None)
        if held is not None:
            self._begun_by = held
        if busy and held is not None:  # else the keys would go to the next field, and change it unseen
            self.stop_button.setEnabled(True)
            self.stop_button.setFocus()
        self.try_button.setEnabled(not busy)
        self.train_button.setEnabled(not busy)
        self.continue_button.setEnabled(not busy and self._out is not None)
        if not busy and self.window().focusWidget() is self.stop_button:
            self._begun_by.setFocus()
        self.stop_button.setEnabled(busy)
        self.stop_button.setText("Stop")
