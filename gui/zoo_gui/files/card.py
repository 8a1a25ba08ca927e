"""A template as a card: its picture, its name, what it is about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from zoo_gui.files.templates import Template
from zoo_gui.files.thumbnail import Thumbnail
from zoo_gui.theme import Theme


class Card(QFrame):
    """``chosen`` comes with a click, Enter or the space bar, ``left`` when an arrow key leads on: so many
    steps to the right and down.
    """

    chosen = Signal(str)
    left = Signal(int, int)

    def __init__(self, name: str, template: Template, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        graph = template.graph
        self.name, self.title = name, template.title
        self.words = f"{self.title} {graph.about}"
        self.setProperty("card", True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{self.title}: {graph.about}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(10, 10, 10, 10)
        self.picture = Thumbnail(graph, theme)
        layout.addWidget(self.picture)
        title = QLabel(self.title, wordWrap=True)
        title.setProperty("heading", True)
        about = QLabel(graph.about, wordWrap=True)
        about.setProperty("muted", True)
        about.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(title)
        layout.addWidget(about, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802 - Qt's name
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.name)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.name)
        elif event.key() in _STEPS:
            self.left.emit(*_STEPS[event.key()])
        else:
            super().keyPressEvent(event)


_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
