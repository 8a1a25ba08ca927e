"""Widgets in a row that goes on in the next line where there is no room.

No ``QLayout``: one of Python's own would give out items whose wrappers outlive them (see notices.py).
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_GAP = 6


class Flow(QWidget):
    """As narrow as its widest widget, as high as its lines; ``centred`` has every line in the middle."""

    def __init__(self, *, centred: bool = False, margin: int = 0) -> None:
        super().__init__()
        self._centred, self._margin = centred, margin
        self._widgets: list[QWidget] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def add(self, widget: QWidget) -> None:
        """Put a widget behind the others."""
        widget.setParent(self)
        widget.show()
        self._widgets.append(widget)
        self._changed()

    def show_one(self, widget: QWidget, *, shown: bool) -> None:
        """Show one of the widgets, or leave it out; the others close the gap."""
        widget.setVisible(shown)
        self._changed()

    def take(self, widget: QWidget) -> None:
        """Take a widget out, for good."""
        self._widgets.remove(widget)
        widget.hide()
        widget.deleteLater()
        self._changed()

    @property
    def _there(self) -> list[QWidget]:
        return [each for each in self._widgets if not each.isHidden()]

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        wide = sum(each.sizeHint().width() + _GAP for each in self._there) - _GAP
        return QSize(wide + 2 * self._margin, self.heightForWidth(wide + 2 * self._margin))

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        wide = max((each.sizeHint().width() for each in self._there), default=0) + 2 * self._margin
        return QSize(wide, _height(self._there) + 2 * self._margin)  # who knows the width asks with it

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        lines = self._lines(width)
        return sum(map(_height, lines)) + _GAP * (len(lines) - 1) + 2 * self._margin

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()
        if event.size().width() != event.oldSize().width():
            self.updateGeometry()

    def event(self, event: QEvent) -> bool:
        """A widget has got another size of its own."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._changed()
        return super().event(event)

    def _changed(self) -> None:
        self.updateGeometry()
        self._place()

    def _lines(self, width: int) -> list[list[QWidget]]:
        lines: list[list[QWidget]] = [[]]
        room = width - 2 * self._margin
        for widget in self._there:
            if lines[-1] and _width([*lines[-1], widget]) > room:
                lines.append([])
            lines[-1].append(widget)
        return lines

    def _place(self) -> None:
        top = self._margin
        for line in self._lines(self.width()):
            free = self.width() - _width(line)
            left = max(free // 2, 0) if self._centred else self._margin
            for widget in line:
                hint = widget.sizeHint()
                widget.setGeometry(QRect(left, top, hint.width(), _height(line)))
                left += hint.width() + _GAP
            top += _height(line) + _GAP


def _width(line: list[QWidget]) -> int:
    return sum(each.sizeHint().width() for each in line) + _GAP * (len(line) - 1)


def _height(line: list[QWidget]) -> int:
    return max((each.sizeHint().height() for each in line), default=0)
