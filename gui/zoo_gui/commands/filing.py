"""Commands of the menu File."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_gui.commands.command import Command

if TYPE_CHECKING:
    from zoo_gui.window import Window


def _has_file(window: Window) -> bool:
    return window.workspace.path is not None


def _changed_on_disk(window: Window) -> bool:
    return _has_file(window) and window.workspace.document.modified


COMMANDS = (
    Command(
        id="file.new",
        text="New",
        menu="File",
        keys=("Ctrl+N",),
        about="Open a window with an empty graph",
        run=lambda window: window.editor.new(),
    ),
    Command(
        id="file.gallery",
        text="New from a template…",
        menu="File",
        keys=("Ctrl+Shift+N",),
        about="Choose a graph from the library to start from",
        run=lambda window: window.show_gallery(),
    ),
    Command(
        id="file.open",
        text="Open…",
        menu="File",
        keys=("Ctrl+O",),
        about="Open a graph file",
        run=lambda window: window.filing.ask_open(),
    ),
    Command(
        id="file.save",
        text="Save",
        menu="File",
        keys=("Ctrl+S",),
        about="Write the file, changing only the lines that must change",
        run=lambda window: window.filing.save(),
        rule=True,
    ),
    Command(
        id="file.save_as",
        text="Save as…",
        menu="File",
        keys=("Ctrl+Shift+S",),
        about="Write the graph to another file",
        run=lambda window: window.filing.ask_save(),
    ),
    Command(
        id="file.revert",
        text="Revert",
        menu="File",
        about="Go back to what the file holds; one step of undo brings the changes back",
        run=lambda window: window.filing.revert(),
        enabled=_changed_on_disk,
    ),
    Command(
        id="file.compare",
        text="Compare with the file",
        menu="File",
        about="Show the lines in which the graph and its file differ",
        run=lambda window: window.filing.compare(),
        enabled=_has_file,
    ),
    Command(
        id="file.plugins",
        text="Load packs from a folder…",
        menu="File",
        about="Load the single-file packs of a folder, now and at every start; this runs their code",
        run=lambda window: window.filing.ask_plugins(),
        rule=True,
    ),
    Command(
        id="file.close",
        text="Close window",
        menu="File",
        keys=("Ctrl+W",),
        about="Close this window, asking once about unsaved changes",
        run=lambda window: window.close(),
        rule=True,
    ),
    Command(
        id="file.quit",
        text="Quit",
        menu="File",
        keys=("Ctrl+Q",),
        about="Close all windows",
        run=lambda window: window.editor.quit(),
    ),
)
