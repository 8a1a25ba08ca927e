"""The list of words that drops down at the cursor of a text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QRect, Qt, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QListView, QWidget

from zoo_gui.panels.text.complete import Word
from zoo_gui.rows import empty
from zoo_gui.theme import Theme
from zoo_gui.two_tone import TwoTone

_ABOUT = int(Qt.ItemDataRole.UserRole)
_WIDEST = 460


class Offers(QObject):
    """``taken`` brings the word that a person took, by Enter, Tab or a click; the first is chosen before."""

    taken = Signal(str)

    def __init__(self, widget: QWidget, theme: Theme) -> None:
        super().__init__(widget)
        self.model = QStandardItemModel(self)
        self._words: dict[str, str] = {}
        self._completer = QCompleter(self.model, self)
        self._completer.setWidget(widget)
        # what fits is found and put in order before: nothing is to be filtered here
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.list = QListView()
        self.list.setAccessibleName("What could be written here")
        self._completer.setPopup(self.list)
        self._completer.activated.connect(self._take)
        self.set_theme(theme)

    @property
    def shown(self) -> bool:
        """Whether the list is there."""
        return self.list.isVisible()

    @property
    def words(self) -> list[str]:
        """What is offered."""
        return [self.model.item(row).text() for row in range(self.model.rowCount())]

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.list.setItemDelegate(TwoTone(_ABOUT, theme, self.list))

    def show(self, words: Sequence[Word], at: QRect) -> None:
        """Drop the list down below a rectangle of the widget; an empty one goes."""
        empty(self.model)
        self._words = {word.text.strip(): word.text for word in words}
        for word in words:
            item = QStandardItem(word.text.strip())
            item.setData(word.about, _ABOUT)
            item.setToolTip(word.about)
            item.setAccessibleText(f"{word.text}, {word.about}")
            self.model.appendRow(item)
        if not words:
            self.hide()
            return
        fits = self.list.fontMetrics().averageCharWidth()
        widest = max(len(word.text) + len(word.about) for word in words) + 8
        place = QRect(at)
        place.setWidth(min(widest * fits, _WIDEST * self.list.logicalDpiX() // 96))
        self._completer.complete(place)
        self.list.setCurrentIndex(self._completer.completionModel().index(0, 0))

    def hide(self) -> None:
        """Take the list away."""
        self.list.hide()

    def _take(self, shown: str) -> None:
        self.taken.emit(self._words[shown])
