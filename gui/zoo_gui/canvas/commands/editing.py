"""Commands on what is selected: cut, copy, paste, delete, rename."""

from __future__ import annotations

from zoo_gui import actions
from zoo_gui.canvas import carrying, doing
from zoo_gui.commands.command import Command, has_nodes, has_selection

COMMANDS = (
    Command(
        id="edit.cut",
        text="Cut",
        menu="Edit",
        about="Put the selected nodes on the clipboard and remove them",
        run=lambda window: carrying.cut(window.canvas),
        keys=("Ctrl+X",),
        enabled=has_nodes,
        rule=True,
    ),
    Command(
        id="edit.copy",
        text="Copy",
        menu="Edit",
        about="Put the selected nodes on the clipboard, as the text of a graph file",
        run=lambda window: carrying.copy(window.canvas),
        keys=("Ctrl+C",),
        enabled=has_nodes,
    ),
    Command(
        id="edit.paste",
        text="Paste",
        menu="Edit",
        about="Add the nodes on the clipboard at the pointer",
        run=lambda window: carrying.paste(window.canvas),
        keys=("Ctrl+V",),
    ),
    Command(
        id="edit.duplicate",
        text="Duplicate",
        menu="Edit",
        about="Add a copy of the selected nodes that reads what they read",
        run=lambda window: carrying.duplicate(window.canvas),
        keys=("Ctrl+D",),
        enabled=has_nodes,
    ),
    Command(
        id="edit.delete",
        text="Delete",
        menu="Edit",
        about="Remove what is selected",
        run=lambda window: actions.delete(window.workspace),
        keys=("Del",),
        enabled=has_selection,
    ),
    Command(
        id="edit.delete_heal",
        text="Delete and heal",
        menu="Edit",
        about="Remove what is selected, and reconnect the wires of nodes with one wire in and one output",
        run=lambda window: actions.delete(window.workspace, heal=True),
        keys=("Ctrl+Del", "Backspace"),
        enabled=has_selection,
    ),
    Command(
        id="edit.rename",
        text="Rename",
        menu="Edit",
        about="Give the selected box another name",
        run=lambda window: doing.rename(window.canvas),
        keys=("F2",),
        enabled=has_selection,
        rule=True,
    ),
    Command(
        id="edit.select_all",
        text="Select all",
        menu="Edit",
        about="Select every box of the current body",
        run=lambda window: actions.select_all(window.workspace),
        keys=("Ctrl+A",),
    ),
)
