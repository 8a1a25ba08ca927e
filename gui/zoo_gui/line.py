"""A line to write in, with signs at its ends that are as large as its text.

Qt's own signs in a line (``QLineEdit.addAction``) keep 16 pixels at any size of text.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QRect, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QToolButton

from zoo_gui.theme import Theme, icon

_GAP = 5


class Line(QLineEdit):
    """``leading`` is the name of an icon before the text. ``put_at_end`` puts a button behind it."""

    def __init__(self, theme: Theme, placeholder: str = "", *, leading: str = "") -> None:
        super().__init__(placeholderText=placeholder)
        self._theme = theme
        self._icons: dict[QToolButton, str] = {}
        self._leading = self._button(leading, "") if leading else None
        if self._leading is not None:
            self._leading.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ending: QToolButton | None = None
        self._arrange()

    def put_at_end(self, name: str, about: str, act: Callable[[], object]) -> QToolButton:
        """A button at the end of the line: an icon, what it does in words, what is called."""
        self._ending = self._button(name, about)
        self._ending.clicked.connect(act)
        self._arrange()
        return self._ending

    def clearable(self) -> None:
        """A button at the end that empties the line, there while something is in it."""
        button = self.put_at_end("close", "Clear", self.clear)

        def follow(text: str) -> None:
            button.setVisible(bool(text))

        self.textChanged.connect(follow)
        follow(self.text())

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self._theme = theme
        for button, name in self._icons.items():
            button.setIcon(icon(name, theme.muted))
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._arrange()

    def _button(self, name: str, about: str) -> QToolButton:
        button = QToolButton(self)
        button.setProperty("bare", True)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys write
        button.setCursor(Qt.CursorShape.ArrowCursor)
        button.setIcon(icon(name, self._theme.muted))
        button.setToolTip(about)
        button.setAccessibleName(about)
        self._icons[button] = name
        return button

    def _arrange(self) -> None:
        """Put the signs at the ends, and keep the text off them."""
        if not hasattr(self, "_ending"):
            return  # Qt tells of the font before there is anything
        size = self.fontMetrics().height() + 4
        top = (self.height() - size) // 2
        if self._leading is not None:
            self._leading.setGeometry(QRect(_GAP, top, size, size))
        if self._ending is not None:
            self._ending.setGeometry(QRect(self.width() - size - _GAP, top, size, size))
        wanted = (size if self._leading else 0, 0, size + _GAP if self._ending else 0, 0)
        margins = self.textMargins()
        if (margins.left(), margins.top(), margins.right(), margins.bottom()) != wanted:
            self.setTextMargins(*wanted)
