"""Sentences for the person, above the canvas: each stays until it is read, and may offer what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QVBoxLayout, QWidget

from zoo_gui.theme import Theme, icon

_MOST = 3
_FIRST = re.compile(r"^[a-z](?=[a-z]* [a-z])")
"""The first letter of a sentence that begins with words, and not with the name of something."""


class Notice(QFrame):
    """One sentence with the buttons that go with it."""

    def __init__(
        self, text: str, buttons: dict[str, Callable[[], object]], theme: Theme, severity: str
    ) -> None:
        super().__init__()
        self.setProperty("notice", True)
        self.text, self.passing = text, False
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 6, 5)
        sign = QLabel()
        size = self.fontMetrics().height() + 2
        sign.setPixmap(icon(severity, theme.severity(severity)).pixmap(size, size))
        layout.addWidget(sign)
        label = QLabel(_FIRST.sub(lambda found: found[0].upper(), text), wordWrap=True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout.addWidget(label, 1)
        for title, act in buttons.items():
            button = QPushButton(title)
            button.clicked.connect(partial(self._act, act))
            layout.addWidget(button)
        self.close_button = QToolButton()
        self.close_button.setProperty("flat", True)
        self.close_button.setIcon(icon("close", theme.muted))
        self.close_button.setAccessibleName("Dismiss")
        self.close_button.setToolTip("Dismiss")
        self.close_button.clicked.connect(self.leave)
        layout.addWidget(self.close_button)

    def _act(self, act: Callable[[], object]) -> None:
        self.leave()
        act()

    def leave(self) -> None:
        """Go away."""
        self.hide()
        self.setParent(None)
        self.deleteLater()


class Notices(QWidget):
    """The newest sentences, the same one only once."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)

    @property
    def shown(self) -> list[Notice]:
        """What is there, the oldest first."""
        # Never by the layout's itemAt: Shiboken keeps the wrapper of each item that it gives out, even
        # once Qt has deleted the item. What is made at that address next then has two wrappers, and its
        # end frees the wrong one: a crash in releaseWrapper, minutes later and somewhere else.
        return self.findChildren(Notice, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def tell(
        self,
        text: str,
        buttons: dict[str, Callable[[], object]] | None = None,
        severity: str = "note",
        *,
        passing: bool = False,
    ) -> None:
        """Show a sentence, with what can be done about it; a ``passing`` one goes with the next ``go_on``."""
        for notice in self.shown:
            if notice.text == text:
                notice.leave()
        for notice in self.shown[: 1 - _MOST or None] if len(self.shown) >= _MOST else []:
            notice.leave()
        notice = Notice(text, buttons or {}, self.theme, severity)
        notice.passing = passing
        self._layout.addWidget(notice)

    def go_on(self) -> None:
        """What could not be done does not matter any more: something else has been done."""
        for notice in self.shown:
            if notice.passing:
                notice.leave()

    def clear(self) -> None:
        """Take all of them away."""
        for notice in self.shown:
            notice.leave()
