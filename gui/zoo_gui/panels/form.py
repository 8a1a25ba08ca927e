"""Forms: lines of a name and a field, each change of which is one edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCompleter,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from zoo.errors import ZooError
from zoo.files.text import WordError
from zoo_gui.panels.tick import Tick
from zoo_gui.theme import Theme, icon

_LEAST = 10
"""Letters that a field has room for; where there is less, it stands below its name."""

_LONG = 24
"""Letters from which on a text may be longer than its field."""

_TITLE = 16
"""Letters of a name that can be changed itself."""

Write = Callable[[str], object]
"""Takes what a person wrote; ZooError or WordError says why it will not do."""


def show_as(widget: QWidget, state: str, *, on: bool) -> None:
    """Have a widget look ``wrong`` or ``chosen``, or no longer."""
    if widget.property(state) != on:
        widget.setProperty(state, on)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


class Field(QLineEdit):
    """A line of text that is taken over when it is left, or by Enter; Escape brings the old one back.

    ``suggestions`` drop down while writing. What will not do is marked, and the reason stands below.
    """

    def __init__(
        self, name: str, text: str, write: Write, reason: QLabel, suggestions: Sequence[str] = ()
    ) -> None:
        super().__init__(text)
        self.setCursorPosition(0)
        self.setMinimumWidth(_LEAST * self.fontMetrics().averageCharWidth())
        self.setObjectName(name)
        self.setAccessibleName(name)
        self._was, self._write, self._reason = text, write, reason
        self.editingFinished.connect(self.take)
        if suggestions:
            completer = QCompleter(list(suggestions), self)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
            self.setCompleter(completer)
            self.installEventFilter(self)

    def take(self) -> None:
        """Hand over what was written, if it is something new."""
        text = self.text().strip()
        if text == self._was:
            self._mark("")
            return
        try:
            self._write(text)
        except (ZooError, WordError) as error:
            self._mark(str(error))
            return
        self._was = text
        self._mark("")

    def _mark(self, reason: str) -> None:
        self._reason.setText(reason)
        self._reason.setVisible(bool(reason))
        self.show_as("wrong", on=bool(reason))

    def show_as(self, state: str, *, on: bool) -> None:
        """Look ``wrong`` or ``chosen``, or no longer."""
        show_as(self, state, on=on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Arrow down shows all that could be written."""
        completer = self.completer()
        if watched is self and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key, popup = event.key(), completer.popup()
            if key == Qt.Key.Key_Down and not (popup and popup.isVisible()):
                completer.setCompletionPrefix("")
                completer.complete()
                return True
            if key == Qt.Key.Key_Escape and self.text() != self._was:
                self.setText(self._was)
                return True
        return super().eventFilter(watched, event)


class Form(QFormLayout):
    """Lines of a form, with their reasons below them."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setContentsMargins(0, 0, 0, 0)
        self.setHorizontalSpacing(8)
        self.setVerticalSpacing(5)
        self.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def line(
        self,
        name: str,
        text: str,
        write: Write,
        *,
        placeholder: str = "",
        hint: str = "",
        suggestions: Sequence[str] = (),
        label: QWidget | None = None,
    ) -> Field:
        """A name and a field."""
        reason = self._reason()
        field = Field(name, text, write, reason, suggestions)
        field.setPlaceholderText(placeholder)
        field.setToolTip(hint or (text if len(text) > _LONG else ""))
        shown = label or QLabel(name)
        shown.setToolTip(hint)
        shown.setMinimumHeight(field.sizeHint().height())
        self.addRow(shown, field)
        self.addRow(reason)
        return field

    def check(self, name: str, on: bool, write: Callable[[bool], object], *, hint: str = "") -> Tick:
        """A name and a box to tick."""
        box = Tick()
        box.setChecked(on)
        box.setObjectName(name)
        box.setAccessibleName(name)
        box.setToolTip(hint)
        box.clicked.connect(write)
        label = QLabel(name)
        label.setToolTip(hint)
        for each in (label, box):
            each.setMinimumHeight(2 * label.fontMetrics().height())  # as high as a field
        self.addRow(label, box)
        return box

    def fact(self, name: str, text: str, *, hint: str = "") -> None:
        """A name and what holds for it."""
        label = QLabel(name)
        label.setProperty("muted", True)
        value = QLabel(text, wordWrap=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        value.setToolTip(hint)
        value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding)
        value.setAccessibleName(f"{name}: {text}")
        self.addRow(label, value)

    def heading(self, text: str, add: Callable[[], object] | None = None, what: str = "") -> None:
        """What the next lines are about, and a button that adds one."""
        label = QLabel(text)
        label.setProperty("heading", True)
        row = QWidget()
        inner = _row(row)
        inner.setContentsMargins(0, 8, 0, 0)
        inner.addWidget(label, 1)
        if add is not None:
            inner.addWidget(self.button("add", f"Add {what}", add))
        self.addRow(row)

    def button(self, sign: str, text: str, act: Callable[[], object]) -> QToolButton:
        """A small button without a frame."""
        button = QToolButton()
        button.setProperty("flat", True)
        button.setIcon(icon(sign, self._theme.muted))
        button.setToolTip(text)
        button.setAccessibleName(text)
        button.setObjectName(text)
        button.clicked.connect(partial(self._call, act))
        return button

    def entry(
        self,
        name: str,
        text: str,
        *,
        what: str,
        rename: Write,
        write: Write | None,
        remove: Callable[[], object],
        suggestions: Iterable[str] = (),
    ) -> None:
        """A line whose name can be changed as well, and which can be taken away."""
        reason = self._reason()
        title = Field(f"name of {what} {name}", name, rename, reason)
        title.setMaximumWidth(_TITLE * title.fontMetrics().averageCharWidth())
        value = Field(f"{what} {name}", text, write or _no, reason, list(suggestions))
        value.setReadOnly(write is None)
        row = QWidget()
        inner = _row(row)
        inner.addWidget(value, 1)
        inner.addWidget(self.button("remove", f"Remove {what} {name}", remove))
        self.addRow(title, row)
        self.addRow(reason)

    def _call(self, act: Callable[[], object]) -> None:
        act()

    def _reason(self) -> QLabel:
        reason = QLabel(wordWrap=True)
        reason.setStyleSheet(f"color: {self._theme.error.name()}")
        reason.hide()
        return reason


def _no(_: str) -> None:
    return None


def _row(widget: QWidget) -> QHBoxLayout:
    layout = QHBoxLayout(widget)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(2)
    return layout
