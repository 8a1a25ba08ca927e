"""The problems of the graph: all of them, each a way to its place, some with a remedy by one click."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QPushButton, QVBoxLayout, QWidget

from zoo.problems import Problem
from zoo_gui.panels.fixes import Fix, fixes, lacking
from zoo_gui.rows import empty
from zoo_gui.theme import Theme, icon
from zoo_gui.two_tone import TwoTone
from zoo_gui.workspace import Workspace

_WHERE = int(Qt.ItemDataRole.UserRole)
_RANK = {"error": 0, "warning": 1, "note": 2}
_GOOD, _SOON = "No problems", "The graph is being checked…"
_NOTHING = "Nothing to check yet"


class Problems(QWidget):
    """A line for every problem; below them the remedy of the chosen one, and what can be done at once."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._theme = workspace, theme
        self.problems: list[Problem] = []
        self._words = ""
        self.fixes: list[Fix] = []
        self.model = QStandardItemModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setItemDelegate(TwoTone(_WHERE, theme, self.list))
        self.list.setAccessibleName("Problems")
        self.list.clicked.connect(self._jump)
        self.list.activated.connect(self._jump)
        self.list.selectionModel().currentChanged.connect(self._offer)
        self.remedy = QLabel(wordWrap=True)
        self.remedy.setProperty("muted", True)
        self._buttons = QHBoxLayout()
        foot = QHBoxLayout()
        foot.addWidget(self.remedy, 1)
        foot.addStretch()
        foot.addLayout(self._buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addWidget(self.list, 1)
        layout.addLayout(foot)
        self.setFocusProxy(self.list)
        workspace.resolved.connect(self._show)
        workspace.text_changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self.list.setItemDelegate(TwoTone(_WHERE, theme, self.list))
        empty(self.model)
        self._show()

    def _show(self, *_: object) -> None:
        resolution = self._workspace.resolution
        found = sorted(self._workspace.problems, key=lambda problem: _RANK[problem.severity])
        words = "" if found else _NOTHING if self._workspace.empty else _GOOD if resolution else _SOON
        if (found, words) == (self.problems, self._words) and self.model.rowCount():
            return
        self.problems, self._words = found, words
        empty(self.model)
        for problem in found:
            sign = icon(problem.severity, self._theme.severity(problem.severity))
            item = QStandardItem(sign, problem.message)
            item.setData(_where(problem), _WHERE)
            item.setToolTip(str(problem))
            item.setAccessibleText(f"{problem.severity}: {problem}")
            self.model.appendRow(item)
        if words:
            good = icon("success", self._theme.success) if words == _GOOD else icon("note", self._theme.muted)
            item = QStandardItem(good, words)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled)
            self.model.appendRow(item)
        self.list.setCurrentIndex(self.model.index(0, 0))
        self._offer(self.list.currentIndex())

    def _offer(self, index: QModelIndex, *_: object) -> None:
        """Say what to do about the chosen problem."""
        while (taken := self._buttons.takeAt(0)) is not None:
            if (widget := taken.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        problem = self.problems[index.row()] if 0 <= index.row() < len(self.problems) else None
        self.remedy.setText(problem.remedy[:1].upper() + problem.remedy[1:] if problem else "")
        self.remedy.setVisible(bool(self.remedy.text()))  # else the list has its room
        self.fixes = fixes(problem, self._workspace.graph) if problem else []
        for fix in self.fixes:
            button = QPushButton(fix.text)
            button.clicked.connect(partial(self._fix, fix))
            self._buttons.addWidget(button)

    def _fix(self, fix: Fix) -> None:
        if self._workspace.perform(fix.edit) and fix.then is not None:
            scope, field = fix.then
            self._workspace.enter(scope)
            self._workspace.select(())
            self._workspace.to_write.emit(field)

    def _jump(self, index: QModelIndex) -> None:
        if not 0 <= index.row() < len(self.problems):
            return
        problem = self.problems[index.row()]
        there = problem not in self._workspace.text_problems and self._workspace.show(problem.path)
        if there and lacking(problem):
            self._workspace.to_write.emit(lacking(problem))
        if not there and problem.place is not None:
            self._workspace.pointed.emit(problem.place)


def _where(problem: Problem) -> str:
    port = f".{problem.port}" if problem.port and problem.path else problem.port
    line = f"line {problem.place.line}" if problem.place else ""
    return "   ".join(filter(None, [f"{problem.path}{port}", line]))
