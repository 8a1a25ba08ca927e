"""What goes by the clipboard: nodes, as the text of a graph file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QGuiApplication

from zoo.errors import ZooError
from zoo_gui import actions
from zoo_gui.clipboard import copied, duplicated, pasted
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


def copy(canvas: Canvas) -> bool:
    """Put the selected nodes on the clipboard."""
    workspace = canvas.workspace
    names = actions.chosen_nodes(workspace)
    if not names:
        return False
    text = copied(workspace.graph, workspace.scope, names, _places(canvas))
    QGuiApplication.clipboard().setText(text)
    return True


def cut(canvas: Canvas) -> None:
    """Copy, then delete."""
    if copy(canvas):
        actions.delete(canvas.workspace)


def paste(canvas: Canvas, at: QPointF | None = None) -> None:
    """Add the nodes of the clipboard at a place of the canvas, else at the pointer."""
    workspace = canvas.workspace
    at = at or canvas.pointer or canvas.camera.seen.center()
    text = QGuiApplication.clipboard().text()
    spot = (round(at.x() / GRID), round(at.y() / GRID))
    try:
        names, edit = pasted(workspace.graph, workspace.scope, text, spot)
    except ZooError as error:
        workspace.refused.emit(str(error))
        return
    if workspace.perform(edit):
        workspace.select(Pick("node", name) for name in names)


def duplicate(canvas: Canvas) -> None:
    """Add a copy of the selected nodes beside them."""
    workspace = canvas.workspace
    names = actions.chosen_nodes(workspace)
    new, edit = duplicated(workspace.graph, workspace.scope, names, _places(canvas))
    if workspace.perform(edit):
        workspace.select(Pick("node", name) for name in new)


def _places(canvas: Canvas) -> dict[str, tuple[int, int]]:
    return {
        pick.name: (round(item.x() / GRID), round(item.y() / GRID))
        for pick, item in canvas.scene_.boxes.items()
        if pick.kind == "node"
    }
