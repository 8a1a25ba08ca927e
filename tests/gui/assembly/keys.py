"""Hands on the keyboard: every key goes to the window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from zoo_gui.window import Window

TABS = 60
"""More than any form has fields."""


class Keyboard:
    """Types into a window; where a key lands is the editor's affair. ``field`` looks where the cursor is."""

    def __init__(self, window: Window) -> None:
        self.window = window

    def press(self, keys: str) -> None:
        """A key, or several at once: ``Ctrl+Shift+P``."""
        self._rest()
        QTest.keySequence(self.window.windowHandle(), QKeySequence(keys))
        self._rest()

    def type(self, text: str) -> None:
        """A text, letter by letter."""
        self._rest()
        for letter in text:
            QTest.keyClick(self.window.windowHandle(), letter)  # pyright: ignore[reportCallIssue, reportArgumentType] # the overload for a letter has no hint
        self._rest()

    def answer(self, text: str) -> None:
        """A text and Enter."""
        self.type(text)
        self.press("Return")

    def command(self, words: str) -> None:
        """A command, by a few letters."""
        self.press("Ctrl+Shift+P")
        self.answer(words)

    def choose(self, keys: str, words: str) -> None:
        """What opens a list, and which of its lines."""
        self.press(keys)
        self.answer(words)

    def field(self, name: str, text: str) -> None:
        """Write in a field of the inspector: from field to field until it has the cursor."""
        for _ in range(TABS):
            held = QApplication.focusWidget()
            if held is not None and held.objectName() == name:
                break
            self.press("Tab")
        else:
            raise AssertionError(f"Tab never comes to '{name}'")
        self.press("Ctrl+A")
        self.answer(text)

    def save_as(self, path: str) -> None:
        """Save, and write the name in the system's dialog."""

        def write(tries: int = 200) -> None:
            dialog = QApplication.activeModalWidget()
            if not isinstance(dialog, QFileDialog) and tries:
                QTimer.singleShot(50, partial(write, tries - 1))  # it comes late on a busy machine
                return
            assert isinstance(dialog, QFileDialog)
            for letter in path:
                QTest.keyClick(dialog.windowHandle(), letter)  # pyright: ignore[reportCallIssue, reportArgumentType] # as above
            QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Return)

        QTimer.singleShot(300, write)
        self.press("Ctrl+S")

    def _rest(self) -> None:
        """Let the editor do what it does by itself after a key."""
        QApplication.processEvents()
