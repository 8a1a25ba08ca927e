"""The panel Run: a graph is tried and trained, a run goes on, writes, is evaluated and probed."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import Qt, QTemporaryDir
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from zoo.errors import ZooError
from zoo.files import dumps
from zoo.files.text import WordError
from zoo.packs import Registry
from zoo_gui.flow import Flow
from zoo_gui.running.job import Job
from zoo_gui.running.known import Known
from zoo_gui.running.pages import Context, EvaluatingPage, GeneratingPage, Page, ProbingPage, TrainingPage
from zoo_gui.running.requests import Request
from zoo_gui.running.results import Results
from zoo_gui.running.runs import Runs
from zoo_gui.settings import Settings
from zoo_gui.theme import Theme, icon
from zoo_gui.workspace import Workspace

Kind = Literal["trial", "train", "resume", "generate", "evaluate", "probe"]
_PAGES = ("train", "generate", "evaluate", "probe")
_WHOLE = 1000
_LEAST = 5
"""Lines to which it can be made low."""
_WIDE = 80
"""Letters in which fields and results stand beside each other."""


class RunPanel(QWidget):
    """Runs the graph as it is now, saved or not, or the run that is chosen, in a process of its own."""

    def __init__(
        self, workspace: Workspace, settings: Settings, theme: Theme, device: Callable[[], str] = lambda: ""
    ) -> None:
        super().__init__()
        self._workspace, self._settings, self._theme, self._device = workspace, settings, theme, device
        self._drawn, self._stocked = QTemporaryDir(), False
        self._led = "", ""
        """The run that was chosen before this one began, and the folder of this one."""
        workspace.graph_changed.connect(self._follow)
        workspace.file_changed.connect(self._find_runs)
        self.job = Job(self)
        self.job.told.connect(self._take)
        self.results = Results(theme)
        self.job.logged.connect(self.results.write)
        self.job.ended.connect(self._ended)
        self.training, self.generating = TrainingPage(theme), GeneratingPage(theme)
        self.evaluating, self.probing = EvaluatingPage(theme), ProbingPage(theme, self.training)
        self.runs = Runs(theme, self._folder)
        self.runs.known.connect(self._know)
        self._make_buttons()
        self._make_pages()
        self._sides = QHBoxLayout()
        self._sides.setSpacing(10)
        self._sides.addWidget(self._pages, 3)
        self._sides.addWidget(self.results, 4)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addWidget(self._top)
        layout.addWidget(self.progress)
        layout.addLayout(self._sides, 1)
        self.setMinimumHeight(_LEAST * self.fontMetrics().height())  # else all tabs of its side were as high
        self.setFocusProxy(self.kinds)
        self._dress()
        self._show_page(0)
        self._busy(False)

    # ------------------------------------------------------------------------------------------------- making

    def _make_buttons(self) -> None:
        self.kinds = QTabBar()
        self.kinds.setAccessibleName("What to run")
        for name in _PAGES:
            self.kinds.addTab(name.capitalize())
        self.kinds.currentChanged.connect(self._show_page)
        self.buttons: dict[Kind, QPushButton] = {
            "trial": QPushButton("Try"),
            "train": QPushButton("Train"),
            "resume": QPushButton("Continue"),
            "generate": QPushButton("Generate"),
            "evaluate": QPushButton("Evaluate"),
            "probe": QPushButton("Probe"),
        }
        self.buttons["resume"].setToolTip("Continue the run from where it ended, for as many steps again")
        self.stop_button = QPushButton("Stop")
        self._begun_by = self.buttons["trial"]
        self._top = Flow()
        self._top.add(self.kinds)
        self._top.add(self.runs)
        for kind, button in self.buttons.items():
            button.clicked.connect(partial(self.start, kind))
            self._top.add(button)
        self.stop_button.clicked.connect(self.stop)
        self._top.add(self.stop_button)
        self.progress = QProgressBar()
        self.progress.setRange(0, _WHOLE)
        self.progress.setTextVisible(False)
        self.progress.setMaximumHeight(12)
        self.progress.setAccessibleName("Progress")
        self.progress.hide()

    def _make_pages(self) -> None:
        self._pages = QStackedWidget()
        for page in self.pages:
            area = QScrollArea(widgetResizable=True)
            area.setWidget(page)
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setProperty("bare", True)
            area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self._pages.addWidget(area)

    @property
    def pages(self) -> tuple[Page, ...]:
        """The pages in the order of their tabs."""
        return self.training, self.generating, self.evaluating, self.probing

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """The fields stand beside the results, or are one more tab of them where there is no room."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE * self.fontMetrics().averageCharWidth()
        beside = self._sides.count() > 1
        if wide and not beside:
            self.results.tabs.removeTab(self.results.tabs.indexOf(self._pages))
            self._sides.insertWidget(0, self._pages, 3)
            self._pages.show()
        elif beside and not wide:
            self.results.tabs.insertTab(0, self._pages, "Settings")

    def _dress(self) -> None:
        signs = {
            "trial": "run",
            "train": "repeat",
            "resume": "right",
            "evaluate": "success",
            "probe": "search",
        }
        for kind, button in self.buttons.items():
            button.setIcon(icon(signs.get(kind, "run"), self._theme.text))
        self.stop_button.setIcon(icon("stop", self._theme.text))

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._dress()
        self.runs.set_theme(theme)
        self.results.set_theme(theme)
        for page in self.pages:
            page.set_theme(theme)

    def set_registry(self, registry: Registry) -> None:
        """The packs are there, and with them torch: it is known where runs take place."""
        self.training.set_tasks(registry.tasks, self._workspace.graph)
        self.training.set_device(self._device())
        self._stocked = True
        self._find_runs()

    def may_close(self) -> bool:
        """Whether no training is lost when the window closes; the person is asked while there is one."""
        if not self.job.learning:
            return True
        box = QMessageBox(self.window())
        box.setIcon(QMessageBox.Icon.Question)
        box.setText("A run is going on. Stop it and save what it learned?")
        box.setInformativeText("It ends after its step, which can take some seconds.")
        stop = box.addButton("Stop and save", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(stop)
        box.exec()
        return box.clickedButton() is stop

    def finish(self) -> None:
        """End the run."""
        self.job.close()
        self.runs.close_reader()
        self.results.finish()

    # ------------------------------------------------------------------------------------------------- facts

    def _folder(self) -> Path:
        path = self._workspace.path
        return path.parent.resolve() if path else Path.cwd()

    def _follow(self, _: object) -> None:
        self.training.set_graph(self._workspace.graph)

    def _find_runs(self, *_: object) -> None:
        """Take the newest run of the graph beside the file, until one is chosen; reading it needs torch."""
        if not self._stocked or self.runs.run:
            return
        name = self._workspace.graph.name  # as runs are called, see zoo.training.folder
        own = (run for run in self.runs.fill() if re.fullmatch(rf"{re.escape(name)}(-\d+)?", Path(run).name))
        if run := next(own, ""):
            self.runs.choose(run)

    def _know(self, known: Known) -> None:
        for page in self.pages:
            page.set_known(known)
        self._busy(self.job.running)

    def _show_page(self, index: int) -> None:
        self._pages.setCurrentIndex(index)
        shown = {"train": {"trial", "train", "resume"}}.get(_PAGES[index], {_PAGES[index]})
        for kind, button in self.buttons.items():
            self._top.show_one(button, shown=kind in shown)

    def show_page(self, kind: Kind) -> None:
        """Show the fields of a kind of run."""
        self.kinds.setCurrentIndex(_PAGES.index(kind) if kind in _PAGES else 0)

    # ------------------------------------------------------------------------------------------------ running

    @property
    def can_go_on(self) -> bool:
        """Whether there is a run to go on with."""
        return self.runs.goes_on and not self.job.running

    def start(self, kind: Kind) -> None:
        """Run the graph, or have something done with the run, as the fields say."""
        self.show_page(kind)
        if self.job.running:
            return
        try:
            request = self.request(kind)
        except (ZooError, WordError) as error:
            self.results.say(str(error), good=False)
            return
        self.results.begin(kind)
        self.results.say("starting…", good=None)
        self.progress.setRange(0, 0)
        self.progress.show()
        self.job.start(request, self._settings.choices.plugins)
        self._busy(True)

    def request(self, kind: Kind) -> Request:
        """What is to be run; ZooError or WordError say what is wrong with it."""
        path = self._workspace.path
        context = Context(
            graph=dumps(self._workspace.graph),
            folder=str(path.parent.resolve()) if path else None,
            device=self.training.chosen_device,
            run=self.runs.run,
            pictures=self._drawn.path(),
        )
        if kind == "trial":
            return self.training.trial(context)
        if kind == "resume":
            return self.training.resumption(context)
        return self.pages[_PAGES.index(kind)].request(context)

    def stop(self) -> None:
        """End the run: after its step, or at once when asked again."""
        self.job.stop()
        self.stop_button.setText("Stop now")

    def _take(self, event: dict[str, Any]) -> None:
        if "part" in event:
            self.progress.setRange(0, _WHOLE)
            self.progress.setValue(round(_WHOLE * float(event["part"])))
        if event.get("event") == "facts" and "out" in event:
            self._led = self.runs.run, str(event["out"])
            self.runs.setCurrentText(self._led[1])
        self.results.take(event)

    def _ended(self, text: str, good: bool) -> None:
        self.progress.hide()
        self._busy(False)
        before, out = self._led
        if out and self.runs.run == out and out not in self.runs.fill():
            self.runs.setCurrentText(before)  # it ended before anything was saved
        self._led = "", ""
        self.runs.refresh()
        self.results.say(text, good=good)

    def _busy(self, busy: bool) -> None:
        held = next((each for each in self.buttons.values() if each is self.window().focusWidget()), None)
        if held is not None:
            self._begun_by = held
        if busy and held is not None:  # else the keys would go to the next field, and change it unseen
            self.stop_button.setEnabled(True)
            self.stop_button.setFocus()
        for kind, button in self.buttons.items():
            button.setEnabled(not busy and (kind != "resume" or self.runs.goes_on))
        if not busy and self.window().focusWidget() is self.stop_button:
            self._begun_by.setFocus()
        self.stop_button.setEnabled(busy)
        self.stop_button.setText("Stop")
