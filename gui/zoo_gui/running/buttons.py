"""What the buttons of the panel do, and which keys do it too: as the menu Run says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from zoo_gui.commands.keymap import shown_keys

if TYPE_CHECKING:
    from zoo_gui.commands.menus import Menus
    from zoo_gui.running.panel import RunPanel

_COMMANDS: Mapping[str, str] = {"trial": "run.try", "resume": "run.continue"}
"""Those that are called otherwise than their button."""


class _Hint(QObject):
    """The hint of a button, which follows the keys of an action; a person can change them."""

    def __init__(self, button: QPushButton, action: QAction) -> None:
        super().__init__(button)
        self._button, self._action = button, action
        action.changed.connect(self.follow)
        self.follow()

    def follow(self) -> None:
        """Say which keys there are now."""
        about, keys = (
            self._action.statusTip(),
            shown_keys(each.toString() for each in self._action.shortcuts()),
        )
        self._button.setToolTip(f"{about} ({keys})" if keys else about)


def explain(panel: RunPanel, menus: Menus) -> None:
    """Give every button of the panel the hint of its command."""
    for kind, button in {**panel.buttons, "stop": panel.stop_button}.items():
        _Hint(button, menus.actions[_COMMANDS.get(kind, f"run.{kind}")])
