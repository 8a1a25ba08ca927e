"""A window's menus and keys, made from the commands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from zoo_gui.commands.command import Command
from zoo_gui.commands.every import MENUS

if TYPE_CHECKING:
    from zoo_gui.window import Window


class Menus(QObject):
    """The actions of a window by the ids of their commands; each knows whether it can be called.

    ``recent`` is the menu of recent files, which the window fills.
    """

    def __init__(
        self, window: Window, commands: Iterable[Command], keys: Mapping[str, tuple[str, ...]]
    ) -> None:
        super().__init__(window)
        self._window = window
        self._menus: dict[str, QMenu] = {}
        self.commands = {command.id: command for command in commands}
        self.actions: dict[str, QAction] = {}
        for title in MENUS:
            self._menu(title)
        for command in self.commands.values():
            self._add(command)
        self.set_keys(keys)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        workspace = window.workspace
        for signal in (workspace.graph_changed, workspace.selection_changed, workspace.scope_changed):
            signal.connect(self._later)
        for signal in (workspace.file_changed, workspace.resolved):
            signal.connect(self._later)
        self.refresh()

    @property
    def recent(self) -> QMenu:
        """The menu of files that were open lately."""
        return self._menu("File/Open recent")

    def set_keys(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Have commands called by these keys."""
        for id, action in self.actions.items():
            action.setShortcuts([QKeySequence(word) for word in keys.get(id, ())])

    def refresh(self) -> None:
        """See anew which commands can be called, and which switches are on."""
        for id, action in self.actions.items():
            command = self.commands[id]
            action.setEnabled(command.enabled(self._window))
            if command.checked is not None:
                action.setChecked(command.checked(self._window))

    def call(self, id: str) -> None:
        """Call a command, as its menu entry does."""
        command = self.commands[id]
        if command.enabled(self._window):
            command.run(self._window)
        self._later()

    def _later(self) -> None:
        self._soon.start()

    def _menu(self, path: str) -> QMenu:
        if path not in self._menus:
            outer, _, title = path.rpartition("/")
            parent = self._menu(outer) if outer else self._window.menuBar()
            self._menus[path] = parent.addMenu(title)
            self._menus[path].setToolTipsVisible(True)
            self._menus[path].aboutToShow.connect(self.refresh)
        return self._menus[path]

    def _add(self, command: Command) -> None:
        menu = self._menu(command.menu)
        if command.rule and not menu.isEmpty():
            menu.addSeparator()
        action = QAction(command.text, self._window)
        action.setObjectName(command.id)
        action.setToolTip(command.about)
        action.setStatusTip(command.about)
        action.setCheckable(command.checked is not None)
        action.triggered.connect(partial(self.call, command.id))
        menu.addAction(action)
        self.actions[command.id] = action
        if command.id == "file.open":
            _ = self.recent  # its place is behind Open
