"""A list to choose from by a few letters: of commands, of nodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from zoo_gui.rows import empty
from zoo_gui.search import ranked
from zoo_gui.theme import Theme
from zoo_gui.two_tone import TwoTone

_DETAIL = int(Qt.ItemDataRole.UserRole)
_MOST = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its name, what stands muted behind it, what is searched, what it does."""

    text: str
    detail: str
    words: str
    act: Callable[[], object]
    enabled: bool = True


class QuickList(QFrame):
    """A search field above the choices that fit it; Enter takes one, Escape none."""

    def __init__(self, title: str, choices: Sequence[Choice], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("card", True)
        self._choices = choices
        self._found: list[Choice] = []
        self.search = QLineEdit(placeholderText=title)
        self.search.setAccessibleName(title)
        self.search.installEventFilter(self)
        self.search.textChanged.connect(self._fill)
        self.model = QStandardItemModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setItemDelegate(TwoTone(_DETAIL, theme, self.list))
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setAccessibleName(title)
        self.list.clicked.connect(self.take)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.search)
        layout.addWidget(self.list)
        metrics = self.fontMetrics()
        width = min(90 * metrics.averageCharWidth(), parent.width() - 40)
        self.resize(width, min(28 * metrics.height(), parent.height() - 80))
        self.move(parent.mapToGlobal(QPoint((parent.width() - width) // 2, 40)))
        self._fill()
        self.search.setFocus()

    def take(self, *_: object) -> None:
        """Do what is chosen."""
        row = self.list.currentIndex().row()
        if 0 <= row < len(self._found) and self._found[row].enabled:
            choice = self._found[row]
            self.close()
            choice.act()

    def _fill(self) -> None:
        self._found = ranked(self.search.text(), self._choices, lambda choice: choice.words)[:_MOST]
        empty(self.model)
        for choice in self._found:
            item = QStandardItem(choice.text)
            item.setData(choice.detail, _DETAIL)
            item.setEnabled(choice.enabled)
            item.setAccessibleText(f"{choice.text}, {choice.detail}")
            self.model.appendRow(item)
        if not self._found:
            nothing = QStandardItem(f"Nothing fits “{self.search.text()}”")
            nothing.setEnabled(False)
            self.model.appendRow(nothing)
        self.list.setCurrentIndex(self.model.index(0, 0))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrows in the search field move in the list, and Enter takes what is chosen there."""
        if watched is self.search and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
                self.list.keyPressEvent(event)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.take()
                return True
        return super().eventFilter(watched, event)
