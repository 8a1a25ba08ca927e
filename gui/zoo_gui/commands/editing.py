"""Commands of the menu Edit that belong to the document; those of the canvas are with the canvas."""

from __future__ import annotations

from zoo_gui.commands.choosing import find_nodes
from zoo_gui.commands.command import Command

COMMANDS = (
    Command(
        id="edit.undo",
        text="Undo",
        menu="Edit",
        keys=("Ctrl+Z",),
        about="Undo the last step",
        run=lambda window: window.workspace.undo(),
        enabled=lambda window: window.workspace.document.can_undo,
    ),
    Command(
        id="edit.redo",
        text="Redo",
        menu="Edit",
        keys=("Ctrl+Shift+Z", "Ctrl+Y"),
        about="Redo the step that was undone last",
        run=lambda window: window.workspace.redo(),
        enabled=lambda window: window.workspace.document.can_redo,
    ),
    Command(
        id="edit.find",
        text="Find…",
        menu="Edit",
        keys=("Ctrl+F",),
        about="Find nodes by name, layer, setting or shape, in nested blocks too",
        run=find_nodes,
        rule=True,
    ),
)
