"""The first screen: graphs of the library to start from, files that were open lately, or nothing at all."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
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

from zoo.errors import ZooError
from zoo.graph import Graph
from zoo.packs import Registry
from zoo_gui.files.reading import open_template
from zoo_gui.files.thumbnail import Thumbnail
from zoo_gui.theme import Theme

if TYPE_CHECKING:
    from zoo_gui.window import Window

_CARD = 300
_MOST_RECENT = 5


class Card(QFrame):
    """One graph of the library; a click or Enter opens it."""

    def __init__(self, name: str, graph: Graph, gallery: Gallery, theme: Theme) -> None:
        super().__init__()
        self.name = name
        self._gallery = gallery
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{_title(name)}: {graph.about}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        self.picture = Thumbnail(graph, theme)
        layout.addWidget(self.picture)
        title = QLabel(_title(name))
        title.setProperty("heading", True)
        about = QLabel(graph.about, wordWrap=True)
        about.setProperty("muted", True)
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(title)
        layout.addWidget(about, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self._gallery.choose(self.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._gallery.choose(self.name)
        else:
            super().keyPressEvent(event)


class Gallery(QScrollArea):
    """Templates as cards. Those of the library come when the packs are loaded; files were there before."""

    def __init__(self, window: Window) -> None:
        super().__init__(window)
        self._window = window
        self.cards: list[Card] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        page = QWidget()
        page.setProperty("page", True)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(36, 28, 36, 28)
        layout.setSpacing(14)
        title = QLabel("Start with an architecture")
        title.setProperty("title", True)
        layout.addWidget(title)
        about = QLabel("Every template opens as a new graph of yours: take it apart, change it, train it.")
        about.setProperty("muted", True)
        layout.addWidget(about)
        layout.addLayout(self._buttons())
        self._grid = QGridLayout()
        self._grid.setSpacing(14)
        self._waiting = QLabel("The library is being loaded…")
        self._waiting.setProperty("muted", True)
        layout.addWidget(self._waiting)
        layout.addLayout(self._grid)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        layout.addLayout(self._recent)
        layout.addStretch(1)
        self.setWidget(page)
        self._show_recent()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        empty = QPushButton("Empty canvas")
        empty.setProperty("primary", True)
        empty.clicked.connect(self._window.begin_empty)
        opening = QPushButton("Open a file…")
        opening.clicked.connect(self._ask_open)
        for button in (empty, opening):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def set_registry(self, registry: Registry) -> None:
        """Show the graphs of the library."""
        self._waiting.hide()
        for card in self.cards:
            self._grid.removeWidget(card)
            card.deleteLater()
        self.cards = []
        for name, path in sorted(registry.graphs.items()):
            try:
                graph = open_template(path)
            except ZooError:  # a pack's file that cannot be read is no template; `zoo packs` tells of it
                continue
            self.cards.append(Card(name, graph, self, self._window.theme))
        self._arrange()

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        for card in self.cards:
            card.picture.set_theme(theme)

    def choose(self, name: str) -> None:
        """Open a graph of the library."""
        self._window.editor.open_template(name, self._window)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._show_recent()
        return super().event(event)

    def _ask_open(self) -> None:
        self._window.filing.ask_open()

    def _arrange(self) -> None:
        columns = max(self.viewport().width() // _CARD, 1)
        for number, card in enumerate(self.cards):
            self._grid.addWidget(card, number // columns, number % columns)
        for column in range(self._grid.columnCount()):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)

    def _show_recent(self) -> None:
        while (item := self._recent.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        names = self._window.editor.settings.choices.recent[:_MOST_RECENT]
        if not names:
            return
        heading = QLabel("Open again")
        heading.setProperty("heading", True)
        self._recent.addWidget(heading)
        for name in names:
            path = Path(name)
            button = QPushButton(f"{path.name}   {path.parent}")
            button.setProperty("link", True)
            button.setFlat(True)
            button.clicked.connect(partial(self._window.editor.open, path, self._window))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignLeft)


def _title(name: str) -> str:
    return name.replace("_", " ")
