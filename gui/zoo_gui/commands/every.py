"""All commands, in the order of the menus."""

from __future__ import annotations

from zoo_gui.canvas.commands import COMMANDS as CANVAS
from zoo_gui.commands import editing, filing, helping, running, viewing
from zoo_gui.commands.command import Command

MENUS = ("File", "Edit", "View", "Graph", "Run", "Help")
"""The menus, from left to right; ``View/Theme`` is a menu within one."""


def every_command() -> tuple[Command, ...]:
    """Every command that there is, by menu."""
    found = [*filing.COMMANDS, *editing.COMMANDS, *viewing.COMMANDS, *CANVAS]
    found += [*running.COMMANDS, *helping.COMMANDS]
    return tuple(sorted(found, key=lambda command: MENUS.index(command.menu.partition("/")[0])))
