"""What is new on the canvas: layers dropped beside the boxes, or on a wire, into which they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QDropEvent

from zoo.edits import Edit
from zoo_gui.canvas.adding import add, insert
from zoo_gui.canvas.wire_item import WireItem
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

MIME = "application/x-zoo-use"
"""A layer or block on its way from the palette: the name that files use, as UTF-8."""


def enter(event: QDropEvent) -> None:
    """Take what can be placed here."""
    if event.mimeData().hasFormat(MIME):
        event.acceptProposedAction()
    else:
        event.ignore()


def drop(canvas: Canvas, event: QDropEvent) -> None:
    """Place what was dropped."""
    if event.mimeData().hasFormat(MIME):
        use = bytes(event.mimeData().data(MIME).data()).decode("utf-8", errors="replace")
        place(canvas, use, canvas.camera.to_scene(event.position()))
        event.acceptProposedAction()


def place(canvas: Canvas, use: str, at: QPointF | None) -> None:
    """Put a layer or block on the canvas: into the wire at that place, if there is one."""
    spot = canvas.pointer if at is None else at
    target = canvas.scene_.target_at(at, 8) if at is not None else None
    if spot is not None and isinstance(target, WireItem) and not target.line.back:
        workspace = canvas.workspace
        end, type_ = target.line.end, canvas.type_of(target.line.source)
        corner = (spot.x() - 60, spot.y() - 20)
        add_box(canvas, insert(workspace.graph, workspace.scope, use, end, type_, corner, canvas.layer))
    else:
        corner = None if spot is None else (spot.x() - 60, spot.y() - 20)
        add_box(canvas, add(canvas.workspace.graph, canvas.workspace.scope, use, corner))


def add_box(canvas: Canvas, named: tuple[str, Edit], kind: str = "node") -> bool:
    """Perform an edit that adds a box, select this and bring it into sight."""
    name, edit = named
    if not canvas.workspace.perform(edit):
        return False
    pick = Pick("node" if kind in ("layer", "block", "node") else kind, name)  # pyright: ignore[reportArgumentType] # one of the kinds
    canvas.workspace.select([pick])
    frame = canvas.scene_.boxes[pick].frame
    if not canvas.camera.seen.contains(frame):
        canvas.bring_into_sight(frame)
    canvas.setFocus()
    return True
