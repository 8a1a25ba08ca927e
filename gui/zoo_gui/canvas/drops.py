"""Layers dropped on the canvas: beside the boxes, or on a wire, into which they go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF
from PySide6.QtGui import QDropEvent

from zoo_gui.canvas.adding import insert
from zoo_gui.canvas.wire_item import WireItem

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
    spot = canvas.paste_position() if at is None else at
    target = canvas.scene_.target_at(spot, 8) if at is not None else None
    if isinstance(target, WireItem) and not target.line.back:
        workspace = canvas.workspace
        end, type_ = target.line.end, canvas.type_of(target.line.source)
        corner = (spot.x() - 60, spot.y() - 20)
        canvas.add_box(insert(workspace.graph, workspace.scope, use, end, type_, corner, canvas.layer))
    else:
        canvas.add(use, spot)
