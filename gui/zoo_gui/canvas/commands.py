"""The commands of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from zoo.errors import ZooError
from zoo_gui import actions
from zoo_gui.clipboard import copied, duplicated, pasted
from zoo_gui.commands.command import Command, has_selection
from zoo_gui.layout.data import GRID
from zoo_gui.workspace import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas
    from zoo_gui.window import Window


def has_nodes(window: Window) -> bool:
    """Whether a node is selected."""
    return bool(actions.chosen_nodes(window.workspace))


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
    workspace, at = window.workspace, window.canvas.paste_position()
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


def group(window: Window) -> None:
    """Group, and ask for the name."""
    if actions.group(window.workspace):
        window.canvas.rename()


EDITING = (
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
        run=lambda window: window.canvas.rename(),
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

DRAWING = (
    Command(
        id="graph.quick_add",
        text="Add…",
        menu="Graph",
        about="Put a layer or block at the pointer, chosen by a few letters; on the canvas, Tab does it too",
        run=lambda window: window.canvas.quick_add(),
        keys=("Shift+A",),
    ),
    Command(
        id="graph.group",
        text="Group into block",
        menu="Graph",
        about="Make a block of the selected nodes",
        run=group,
        keys=("Ctrl+G",),
        enabled=has_nodes,
        rule=True,
    ),
    Command(
        id="graph.ungroup",
        text="Ungroup",
        menu="Graph",
        about="Put what is in the selected block in its place; make one node of a repeat",
        run=lambda window: actions.ungroup(window.workspace),
        keys=("Ctrl+Shift+G",),
        enabled=has_nodes,
    ),
    Command(
        id="graph.wrap",
        text="Wrap in repeat",
        menu="Graph",
        about="Stack the selected layer or block, each reading the one before it",
        run=lambda window: actions.wrap(window.workspace),
        keys=("Ctrl+Alt+G",),
        enabled=has_nodes,
    ),
    Command(
        id="graph.layout_all",
        text="Lay out all",
        menu="Graph",
        about="Give every box back to the automatic layout",
        run=lambda window: window.canvas.layout_all(),
        keys=("Ctrl+Shift+L",),
        rule=True,
    ),
    Command(
        id="graph.layout_selection",
        text="Lay out selection",
        menu="Graph",
        about="Arrange the selected boxes where they stand",
        run=lambda window: window.canvas.layout_selection(),
        keys=("Ctrl+Alt+L",),
        enabled=has_selection,
    ),
)

LOOKING = (
    Command(
        id="view.fit",
        text="Fit",
        menu="View",
        about="Show all of the body",
        run=lambda window: window.canvas.fit(),
        keys=("Home", "Ctrl+0"),
        rule=True,
    ),
    Command(
        id="view.fit_selection",
        text="Fit selection",
        menu="View",
        about="Show all that is selected",
        run=lambda window: window.canvas.fit_selection(),
        keys=("Shift+Home",),
        enabled=has_selection,
    ),
    Command(
        id="view.zoom_in",
        text="Zoom in",
        menu="View",
        about="Show less, and larger",
        run=lambda window: window.canvas.zoom_by(1.25),
        keys=("Ctrl++", "Ctrl+="),
    ),
    Command(
        id="view.zoom_out",
        text="Zoom out",
        menu="View",
        about="Show more, and smaller",
        run=lambda window: window.canvas.zoom_by(0.8),
        keys=("Ctrl+-",),
    ),
    Command(
        id="view.zoom_actual",
        text="Actual size",
        menu="View",
        about="Show text in the size it is meant to have",
        run=lambda window: window.canvas.zoom_to(1.0),
        keys=("Ctrl+1",),
    ),
)

COMMANDS: tuple[Command, ...] = (*EDITING, *LOOKING, *DRAWING)
