"""The first screen: graphs of the library to start from, files that were open lately, or nothing at all."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from zoo_gui.files.card import Card
from zoo_gui.line import Line
from zoo_gui.search import ranked
from zoo_gui.theme import Theme

if TYPE_CHECKING:
    from zoo_gui.window import Window

_CARD = 46
"""Letters that a card is wide."""
_MOST_RECENT = 3


class Gallery(QScrollArea):
    """Templates as cards, made when somebody looks. A few letters find some, Enter opens the first."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window, self._templates = window, window.editor.templates
        self.cards: list[Card] = []
        self.found: list[Card] = []
        self._stale = True
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        page.setProperty("page", True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(36, 28, 36, 28)
        layout.setSpacing(14)
        layout.addWidget(_label("Start with an architecture", "title"))
        about = "Every template opens as a new graph of yours: take it apart, change it, train it."
        layout.addWidget(_label(about, "muted"))
        self.search = Line(window.theme, "Search templates", leading="search")
        self.search.clearable()
        self.search.setAccessibleName("Search templates")
        self.search.setMaximumWidth(_CARD * self.fontMetrics().averageCharWidth())
        self.search.textChanged.connect(self._arrange)
        self.search.returnPressed.connect(self._open_first)
        layout.addLayout(self._buttons())
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        layout.addLayout(self._recent)
        self._words = _label("The library is being loaded…", "muted")
        layout.addWidget(self._words)
        self._grid = QGridLayout()
        self._grid.setSpacing(14)
        layout.addLayout(self._grid)
        layout.addStretch(1)
        self.setWidget(page)
        self.setFocusProxy(self.search)
        self._templates.changed.connect(self._renew)

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        empty = QPushButton("Empty canvas")
        empty.setProperty("primary", True)
        empty.clicked.connect(self._window.begin_empty)
        opening = QPushButton("Open a file…")
        opening.clicked.connect(self._ask_open)
        row.addWidget(empty)
        row.addWidget(opening)
        row.addStretch(1)
        row.addWidget(self.search, 1)
        return row

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        for card in self.cards:
            card.picture.set_theme(theme)
        self.search.set_theme(theme)

    def choose(self, name: str) -> None:
        """Open a graph of the library."""
        self._window.editor.open_template(name, self._window)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        self._show_recent()
        if self._stale:
            self._fill()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    # ------------------------------------------------------------------------------------------------- cards

    def _renew(self) -> None:
        self._stale = True
        if self.isVisible():
            self._fill()

    def _fill(self) -> None:
        found = self._templates.found
        if found is None:
            return
        self._stale = False
        for card in self.cards:
            card.deleteLater()
        self.cards = [Card(name, each, self._window.theme, self) for name, each in found.items()]
        for card in self.cards:
            card.chosen.connect(self.choose)
            card.left.connect(partial(self._go_on, card))
        self._arrange()

    def _arrange(self, *_: object) -> None:
        """Put the cards that are looked for into as many columns as there is room for."""
        query = self.search.text()
        found = ranked(query, self.cards, lambda card: card.words) if query else self.cards
        worded = [card for card in found if all(word in card.words.lower() for word in query.lower().split())]
        self.found = worded or found
        for card in self.cards:
            self._grid.removeWidget(card)
            card.setVisible(card in self.found)
        for number, card in enumerate(self.found):
            self._grid.addWidget(card, number // self._columns, number % self._columns)
        for column in range(max(self._grid.columnCount(), self._columns)):
            self._grid.setColumnStretch(column, 1 if column < self._columns else 0)
        if self.cards:
            self._words.setText(f"No template fits “{query}”")
            self._words.setVisible(not self.found)

    @property
    def _columns(self) -> int:
        return max(self.viewport().width() // (_CARD * self.fontMetrics().averageCharWidth()), 1)

    def _open_first(self) -> None:
        if self.found:
            self.choose(self.found[0].name)

    def _go_on(self, card: Card, right: int, down: int) -> None:
        """Lead the keyboard to a card nearby; above the first row is the search."""
        at = self.found.index(card) + right + down * self._columns
        if 0 <= at < len(self.found):
            self.found[at].setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self.found[at])
        elif at < 0:
            self.search.setFocus(Qt.FocusReason.TabFocusReason)
            self.ensureWidgetVisible(self.search)

    # ------------------------------------------------------------------------------------------------- files

    def _ask_open(self) -> None:
        self._window.filing.ask_open()

    def _show_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        names = self._window.editor.settings.choices.recent[:_MOST_RECENT]
        if names:
            self._recent.addWidget(_label("Open again", "heading"))
        for name in names:
            path = Path(name)
            button = QPushButton(f"{path.name}   {path.parent}")
            button.setProperty("link", True)
            button.setFlat(True)
            button.clicked.connect(partial(self._window.editor.open, path, self._window))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)


def _label(text: str, kind: str) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setProperty(kind, True)
    return label
