"""The panels of a window in their places: at the sides, in front, hidden, as high as they need to be."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QTabWidget, QWidget

from zoo_gui.panels import PANELS, Panel
from zoo_gui.panels.panel import Stocked

if TYPE_CHECKING:
    from zoo_gui.window import Window

_LAYOUT_VERSION = 1
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea
_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_WIDTH = {_LEFT: 38, Qt.DockWidgetArea.RightDockWidgetArea: 50}
"""Letters that the sides are wide, where the window is wide enough."""
_SHARE = 0.28
"""The most of the window that a side takes at first."""
_WIDEST = 0.36
"""The most of it that a side takes when a panel is asked for that is read in long lines."""
_HIGH = 0.4
"""The most of its height that the bottom takes."""
_HEIGHT = 9
"""Lines that the bottom is high."""


class Docks:
    """The docks of a window by the ids of their panels.

    A panel is made when somebody asks for it or it comes into sight; ``complete`` makes the others.
    """

    def __init__(self, window: Window) -> None:
        self._window = window
        self._docks = {panel.id: self._empty(panel) for panel in PANELS}
        self._widgets: dict[str, QWidget] = {}

    def _empty(self, panel: Panel) -> QDockWidget:
        dock = QDockWidget(panel.title, self._window)
        dock.setObjectName(panel.id)
        dock.setTitleBarWidget(QWidget(dock))  # the tab says what it is
        dock.visibilityChanged.connect(partial(self._see, panel.id))
        return dock

    def _see(self, id: str, visible: bool) -> None:
        """A panel has come into sight, or has gone."""
        if visible:
            self.widget(id)
            if _panel(id).lines:
                QTimer.singleShot(
                    0, self._window, partial(self._heighten, id)
                )  # the docks are being laid out

    def __getitem__(self, id: str) -> QDockWidget:
        return self._docks[id]

    def made(self, id: str) -> bool:
        """Whether a panel has been made."""
        return id in self._widgets

    def complete(self) -> None:
        """Make all panels."""
        for id in self._docks:
            self.widget(id)

    def widgets(self) -> Iterator[QWidget]:
        """The panels that have been made."""
        yield from tuple(self._widgets.values())

    def widget(self, id: str) -> QWidget:
        """The widget of a panel."""
        if id not in self._widgets:
            panel = _panel(id)
            widget = self._widgets[id] = panel.make(self._window)
            widget.setAccessibleName(panel.title)
            if self._window.registry is not None and isinstance(widget, Stocked):
                widget.set_registry(self._window.registry)
            self._docks[id].setWidget(widget)
        return self._widgets[id]

    def place(self) -> None:
        """Put every panel on its side, the first of each side in front."""
        window = self._window
        first: dict[Qt.DockWidgetArea, QDockWidget] = {}
        window.setCorner(Qt.Corner.BottomLeftCorner, _LEFT)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        for panel in PANELS:
            dock = self._docks[panel.id]
            dock.setFloating(False)
            window.addDockWidget(panel.area, dock)
            if panel.area in first:
                window.tabifyDockWidget(first[panel.area], dock)
            first.setdefault(panel.area, dock)
            dock.show()
        for area, dock in first.items():
            dock.raise_()
            self._size(dock, area)

    def fit_text(self) -> None:
        """Give every side the room that the text needs now."""
        for panel in PANELS:
            dock = self._docks[panel.id]
            if dock.isVisible() and not dock.isFloating():
                self._size(dock, self._window.dockWidgetArea(dock))

    def _size(self, dock: QDockWidget, area: Qt.DockWidgetArea) -> None:
        window, metrics = self._window, self._window.fontMetrics()
        if area == _BOTTOM:
            height = min(_HEIGHT * metrics.height(), round(window.height() * _HIGH))
            window.resizeDocks([dock], [height], Qt.Orientation.Vertical)
        elif area in _WIDTH:
            width = min(_WIDTH[area] * metrics.averageCharWidth(), round(window.width() * _SHARE))
            window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def reveal(self, id: str, *, raised: bool = False) -> None:
        """Show a panel and go there; hide it when one is there already, unless it is to be ``raised``."""
        window, dock = self._window, self._docks[id]
        here = dock.isAncestorOf(window.focusWidget() or window) and not dock.visibleRegion().isEmpty()
        if here and not raised:
            dock.hide()
            window.canvas.setFocus()
            return
        dock.show()
        dock.raise_()
        self._widen(id)
        self.widget(id).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _widen(self, id: str) -> None:
        """Give a panel at a side the width that it is read in."""
        window, dock = self._window, self._docks[id]
        width = min(
            _panel(id).letters * window.fontMetrics().averageCharWidth(), round(window.width() * _WIDEST)
        )
        if dock.width() < width and not dock.isFloating():
            window.resizeDocks([dock], [width], Qt.Orientation.Horizontal)

    def _heighten(self, id: str) -> None:
        """Give a panel at the bottom the height that it is used in, if it still is in front."""
        window = self._window
        if self._docks[id].visibleRegion().isEmpty():
            return
        height = min(_panel(id).lines * window.fontMetrics().height(), round(window.height() * _HIGH))
        if not self._docks[id].isFloating() and window.dockWidgetArea(self._docks[id]) == _BOTTOM:
            self.give_room(id, height)

    def shown(self, id: str) -> bool:
        """Whether a panel is there."""
        return not self._docks[id].isHidden()

    def give_room(self, id: str, height: int) -> None:
        """Make a panel at the bottom at least this high."""
        dock = self._docks[id]
        if dock.height() < height:
            self._window.resizeDocks([dock], [height], Qt.Orientation.Vertical)

    def hide(self) -> None:
        """Hide all of them."""
        for dock in self._docks.values():
            dock.hide()

    def state(self) -> QByteArray:
        """How they stand, to be restored."""
        return self._window.saveState(_LAYOUT_VERSION)

    def restore(self, state: QByteArray) -> None:
        """Put them where they were."""
        self._window.restoreState(state, _LAYOUT_VERSION)


def _panel(id: str) -> Panel:
    return next(panel for panel in PANELS if panel.id == id)
