"""Commands of the menu Help."""

from __future__ import annotations

from zoo_gui.commands.command import Command

COMMANDS = (
    Command(
        id="help.commands",
        text="All commands…",
        menu="Help",
        keys=("Ctrl+Shift+P",),
        about="Search all commands by their words, and call one",
        run=lambda window: window.show_commands(),
    ),
    Command(
        id="help.keys",
        text="Change keys…",
        menu="Help",
        about="Open the file in which keys are changed; it is read anew when it is saved",
        run=lambda window: window.edit_keys(),
    ),
    Command(
        id="help.about",
        text="About layerzoo",
        menu="Help",
        about="Show the versions of layerzoo, PyTorch and Qt",
        run=lambda window: window.show_about(),
        rule=True,
    ),
)
