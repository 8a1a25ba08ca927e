"""The commands of the canvas: what is done with nodes, what is made, what is seen."""

from __future__ import annotations

from zoo_gui.canvas.commands import editing, looking, making
from zoo_gui.commands.command import Command

COMMANDS: tuple[Command, ...] = (*editing.COMMANDS, *looking.COMMANDS, *making.COMMANDS)

__all__ = ["COMMANDS"]
