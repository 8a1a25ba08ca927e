"""The history: every step in words; choosing one goes back or forward to it."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QBrush, QIcon, QPixmap, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QListView, QVBoxLayout, QWidget

from zoo_gui.theme import Theme, icon
from zoo_gui.workspace import Workspace


class History(QWidget):
    """The steps, the oldest first; those that are taken back are muted."""

    def __init__(self, workspace: Workspace, theme: Theme) -> None:
        super().__init__()
        self._workspace, self._theme = workspace, theme
        self._steps: tuple[str, ...] = ("",)
        nothing = QPixmap(48, 48)
        nothing.fill(Qt.GlobalColor.transparent)
        self._elsewhere = QIcon(nothing)  # so that all steps begin at one line
        self.model = QStandardItemModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName("History")
        self.list.clicked.connect(self._go)
        self.list.activated.connect(self._go)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 4, 6, 6)
        layout.addWidget(self.list)
        self.setFocusProxy(self.list)
        workspace.graph_changed.connect(self._show)
        workspace.file_changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self._show()

    def _show(self, *_: object) -> None:
        document = self._workspace.document
        steps = ("as it was opened", *document.history)
        if steps != self._steps:
            kept = 0
            while kept < min(len(steps), len(self._steps)) and steps[kept] == self._steps[kept]:
                kept += 1
            self.model.removeRows(kept, max(self.model.rowCount() - kept, 0))
            for step in steps[max(kept, self.model.rowCount()) :]:
                self.model.appendRow(QStandardItem(step))
            self._steps = steps
        for row in range(self.model.rowCount()):
            item = self.model.item(row)
            done = row <= document.position
            item.setForeground(QBrush(self._theme.text if done else self._theme.muted))
            here = row == document.position
            item.setIcon(icon("right", self._theme.accent) if here else self._elsewhere)
            item.setAccessibleText(f"{item.text()}{'' if done else ', taken back'}")
        self.list.setCurrentIndex(self.model.index(document.position, 0))
        self.list.scrollTo(self.list.currentIndex())

    def _go(self, index: QModelIndex) -> None:
        self._workspace.document.go_to(index.row())
