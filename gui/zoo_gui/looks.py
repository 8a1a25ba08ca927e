"""How the whole application looks: its theme, and the size of all text."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication

from zoo_gui.settings import Settings
from zoo_gui.theme import DARK, LIGHT, Theme, apply_theme, theme_named

_SMALLEST, _LARGEST = 7, 30


class Looks(QObject):
    """``changed`` brings the theme whenever colours or sizes are others, ``resized`` says that sizes are."""

    changed = Signal(object)
    resized = Signal()

    def __init__(self, app: QApplication, settings: Settings, parent: QObject) -> None:
        super().__init__(parent)
        self._app, self._settings = app, settings
        self._size = app.font().pointSize()
        self.theme = self._chosen()
        self._dress()
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    def choose_theme(self, name: str) -> None:
        """Use a theme from now on; an empty name follows the system."""
        self._settings.change(theme=name)
        self._dress()

    @property
    def text_size(self) -> int:
        """The size of all text, in points."""
        return self._settings.choices.text_size or self._size

    def resize_text(self, step: int) -> None:
        """Make all text larger or smaller by so many points."""
        self._settings.change(text_size=min(max(self.text_size + step, _SMALLEST), _LARGEST))
        self._dress()
        self.resized.emit()

    def finish(self) -> None:
        """Follow the system no longer."""
        self._app.styleHints().colorSchemeChanged.disconnect(self._follow_system)

    def _follow_system(self, _: Qt.ColorScheme) -> None:
        if not self._settings.choices.theme:
            self._dress()

    def _chosen(self) -> Theme:
        if self._settings.choices.theme:
            return theme_named(self._settings.choices.theme)
        return DARK if self._app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT

    def _dress(self) -> None:
        self.theme = self._chosen()
        font = self._app.font()
        font.setPointSize(self.text_size)
        self._app.setFont(font)
        apply_theme(self._app, self.theme)
        self.changed.emit(self.theme)
