"""A field in which one of a few is chosen, with the arrow that says so."""

from __future__ import annotations

from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from zoo_gui.theme import Theme, icon


class Choice(QComboBox):
    """A style sheet leaves a box without its arrow, and brings one only from a file: it is painted here."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        size = self.fontMetrics().height()
        painter = QPainter(self)
        top = (self.height() - size) // 2
        icon("down", self._theme.muted).paint(painter, self.width() - size - 6, top, size, size)
        painter.end()
