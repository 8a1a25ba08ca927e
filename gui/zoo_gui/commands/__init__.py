"""Commands: whatever a person can have done, defined once.

Menus, keys, the command palette and docs/editor.md are all made from these definitions.

    command.py    what a command is, and the list of all
    keymap.py     which keys call which command, and what a person has changed of it
    document.py   the table in docs/editor.md
    choosing.py   lists in which a few letters find a command or a node
    filing.py, editing.py, viewing.py, running.py, helping.py   the commands, by menu
"""

from zoo_gui.commands.command import Command, always, has_selection

__all__ = ["Command", "always", "has_selection"]
