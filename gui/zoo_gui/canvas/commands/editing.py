"""Commands on what is selected: cut, copy, paste, delete, rename."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from zoo.errors import ZooError
from zoo_gui import actions
from zoo_gui.canvas import doing
from zoo_gui.clipboard import copied, duplicated, pasted
from zoo_gui.commands.command import Command, has_nodes, has_selection
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas
    from zoo_gui.window import Window


def _places(canvas: Canvas) -> dict[str, tuple[int, int]]:
    return {
        pick.name: (round(item.x() / GRID), round(item.y() / GRID))
        for pick, item in canvas.scene_.boxes.items()
        if pick.kind == "node"
    }


def copy(window: Window) -> bool:
    """Put the selected nodes on the clipboard."""
    workspace = window.workspace
    names = actions.chosen_nodes(workspace)
    if not names:
        return False
    text = copied(workspace.graph, workspace.scope, names, _places(window.canvas))
    QGuiApplication.clipboard().setText(text)
    return True


def cut(window: Window) -> None:
    """Copy, then delete."""
    if copy(window):
        actions.delete(window.workspace)


def paste(window: Window) -> None:
    """Add the nodes of the clipboard at the pointer."""
    workspace, canvas = window.workspace, window.canvas
    at = canvas.pointer or canvas.camera.seen.center()
    text = QGuiApplication.clipboard().text()
    spot = (round(at.x() / GRID), round(at.y() / GRID))
    try:
        names, edit = pasted(workspace.graph, workspace.scope, text, spot)
    except ZooError as error:
        workspace.told.emit(str(error))
        return
    if workspace.perform(edit):
        workspace.select(Pick("node", name) for name in names)


def duplicate(window: Window) -> None:
    """Add a copy of the selected nodes beside them."""
    workspace = window.workspace
    names = actions.chosen_nodes(workspace)
    new, edit = duplicated(workspace.graph, workspace.scope, names, _places(window.canvas))
    if workspace.perform(edit):
        workspace.select(Pick("node", name) for name in new)


COMMANDS = (
    Command(
        id="edit.cut",
        text="Cut",
        menu="Edit",
        about="Put the selected nodes on the clipboard and remove them",
        run=cut,
        keys=("Ctrl+X",),
        enabled=has_nodes,
        rule=True,
    ),
    Command(
        id="edit.copy",
        text="Copy",
        menu="Edit",
        about="Put the selected nodes on the clipboard, as the text of a graph file",
        run=copy,
        keys=("Ctrl+C",),
        enabled=has_nodes,
    ),
    Command(
        id="edit.paste",
        text="Paste",
        menu="Edit",
        about="Add the nodes of the clipboard at the pointer",
        run=paste,
        keys=("Ctrl+V",),
    ),
    Command(
        id="edit.duplicate",
        text="Duplicate",
        menu="Edit",
        about="Add a copy of the selected nodes that reads what they read",
        run=duplicate,
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
        about="Remove what is selected, and let wires go on through nodes with one wire in and one output",
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
        about="Select every box of the body that is shown",
        run=lambda window: actions.select_all(window.workspace),
        keys=("Ctrl+A",),
    ),
)
