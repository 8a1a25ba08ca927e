"""Lists in which a few letters find a command or a node."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from zoo_gui.commands.keymap import shown_keys
from zoo_gui.finding import choices
from zoo_gui.quick_list import Choice, QuickList

if TYPE_CHECKING:
    from zoo_gui.window import Window


def find_nodes(window: Window) -> None:
    """Let the person find a node."""
    found = choices(window.workspace)
    QuickList("Find nodes by name, layer, setting or shape", found, window.theme, window).show()


def show_commands(window: Window) -> None:
    """Let the person choose a command."""
    window.menus.refresh()
    found = [
        Choice(
            command.text.rstrip("…"),
            f"{command.menu}   {shown_keys(window.editor.keys.get(command.id, ()))}   {command.about}",
            f"{command.text} {command.menu} {command.about}",
            partial(window.menus.call, command.id),
            command.enabled(window),
        )
        for command in window.menus.commands.values()
    ]
    QuickList("Call a command", found, window.theme, window).show()
