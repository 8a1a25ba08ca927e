"""Fields with their names, two beside each other where there is room for more than one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QScrollArea, QTabWidget, QWidget

from zoo.errors import ArgumentError
from zoo_gui.panels.form import show_as

_LETTERS = 11
"""Letters that a field has room for where two stand beside each other."""
_NARROW = 22
"""Letters in which one can be read beside its name."""


@dataclass(frozen=True, slots=True)
class _Line:
    label: QLabel
    widget: QWidget
    wide: bool


class Fields(QWidget):
    """Lines of a name and a field. A ``wide`` one has a row for itself."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: dict[str, _Line] = {}
        self._hidden: Collection[str] = ()
        self._columns = 2
        self._at = (0, 0)
        """The row of the next line, and whether it is the second there."""
        self._grid = QGridLayout(self)
        self._grid.setColumnStretch(1, 1)
        self._grid.setColumnStretch(3, 1)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(5)

    def add(self, name: str, widget: QWidget, hint: str, *, wide: bool = False) -> None:
        """Put a field behind the others."""
        label = QLabel(name, self)
        label.setProperty("muted", True)
        label.setBuddy(widget)
        widget.setParent(self)
        for each in (label, widget):
            each.setToolTip(hint)
        widget.setAccessibleName(name)
        if isinstance(widget, QLineEdit):
            widget.textChanged.connect(self.accept)
        elif isinstance(widget, QComboBox):
            widget.currentTextChanged.connect(self.accept)
        line = self._lines[name] = _Line(label, widget, wide)
        self._put(line)

    def rename(self, name: str, shown: str) -> None:
        """Show another name beside the field ``name``."""
        line = self._lines[name]
        line.label.setText(shown)
        line.widget.setAccessibleName(shown)

    def shown_name(self, name: str) -> str:
        """The name that stands beside the field ``name``."""
        return self._lines[name].label.text()

    def refuse(self, name: str, why: str) -> ArgumentError:
        """Mark what stands in a field as wrong, and go there; the error to raise."""
        widget = self._lines[name].widget
        show_as(widget, "wrong", on=True)
        widget.setAccessibleDescription(why)
        _go_to(widget)
        return ArgumentError(why)

    def accept(self, *_: object) -> None:
        """Take the marks away: something is written anew."""
        for line in self._lines.values():
            if line.widget.property("wrong"):
                show_as(line.widget, "wrong", on=False)
                line.widget.setAccessibleDescription("")

    def hide_lines(self, names: Collection[str]) -> None:
        """Hide the lines of these names, and show all others."""
        if set(names) != set(self._hidden):
            self._hidden = tuple(names)
            self._arrange()

    def is_shown(self, name: str) -> bool:
        """Whether a line is among those shown."""
        return name not in self._hidden

    def _arrange(self) -> None:
        self._at = (0, 0)
        for name, line in self._lines.items():
            shown = name not in self._hidden
            line.label.setVisible(shown)
            line.widget.setVisible(shown)
            if shown:
                self._put(line)
        self._grid.setColumnStretch(3, self._columns - 1)

    def _put(self, line: _Line) -> None:
        """Give a line the next place."""
        row, column = self._at
        wide = line.wide and self._columns > 1
        if wide and column:
            row, column = row + 1, 0
        self._grid.addWidget(line.label, row, 2 * column)
        self._grid.addWidget(line.widget, row, 2 * column + 1, 1, 3 if wide else 1)
        column += 2 if wide else 1
        self._at = (row + 1, 0) if column >= self._columns else (row, column)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        longest = max((line.label.sizeHint().width() for line in self._lines.values()), default=0)
        room = longest + _LETTERS * self.fontMetrics().averageCharWidth()
        columns = 2 if self.width() >= 2 * room else 1
        if columns != self._columns:
            self._columns = columns
            self._arrange()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        letter = self.fontMetrics().averageCharWidth()
        return QSize(_NARROW * letter, super().minimumSizeHint().height())


def _go_to(widget: QWidget) -> None:
    """Bring a widget into sight, and the keys to it."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QTabWidget):
            for index in range(around.count()):
                page = around.widget(index)
                if page is not None and page.isAncestorOf(widget):
                    around.setCurrentIndex(index)
        elif isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()
    widget.setFocus()
