"""Commands of the menu Help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from zoo_gui.commands.choosing import show_commands
from zoo_gui.commands.command import Command

if TYPE_CHECKING:
    from zoo_gui.window import Window


def edit_keys(window: Window) -> None:
    """Open the file of keys in whatever the system edits text with."""
    file = window.editor.settings.keys_file
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.exists():
            file.write_text("{}\n", encoding="utf-8")
    except OSError as error:
        window.tell(f"{file} cannot be written: {error}", severity="error")
        return
    window.editor.read_keys()
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(file))):
        window.tell(f'write into {file}, for example {{"file.save": "Ctrl+S"}}; it is read when it is saved')


def show_about(window: Window) -> None:
    """Say what runs here."""
    from importlib.metadata import version

    import PySide6

    text = f"layerzoo {version('layerzoo')}\nPyTorch {version('torch')}\nQt for Python {PySide6.__version__}"
    about = f"{text}\n\nSequence models in boxes and arrows. MIT licence."
    QMessageBox.about(window, "About layerzoo", about)


COMMANDS = (
    Command(
        id="help.commands",
        text="All commands…",
        menu="Help",
        keys=("Ctrl+Shift+P",),
        about="Search all commands by their words, and run one",
        run=show_commands,
    ),
    Command(
        id="help.keys",
        text="Change keys…",
        menu="Help",
        about="Open the file in which keys are changed; it is reloaded whenever it is saved",
        run=edit_keys,
    ),
    Command(
        id="help.about",
        text="About layerzoo",
        menu="Help",
        about="Show the versions of layerzoo, PyTorch and Qt",
        run=show_about,
        rule=True,
    ),
)
