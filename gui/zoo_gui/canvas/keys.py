"""Keys that belong to the canvas itself; commands have theirs in the menus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent

from zoo.edits import Compound, Edit
from zoo_gui.canvas import doing
from zoo_gui.canvas.placing import move
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


def press(canvas: Canvas, event: QKeyEvent) -> bool:
    """Do what a key says; False when it says nothing here."""
    key = Qt.Key(event.key())
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if key == Qt.Key.Key_Escape:
        if canvas.gesture is not None:
            canvas.abandon()
        else:
            canvas.workspace.select(())
    elif key == Qt.Key.Key_Space:
        canvas.space_held = True
        canvas.viewport().setCursor(Qt.CursorShape.OpenHandCursor)
    elif key == Qt.Key.Key_Tab:
        doing.quick_add(canvas)
    elif key in ARROWS and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        return step(canvas, *ARROWS[key])
    elif key in ARROWS:
        across, down = ARROWS[key]
        if not nudge(canvas, across * (5 if shift else 1), down * (5 if shift else 1)):
            canvas.shift(QPointF(-60 * across, -60 * down))
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        boxes = [pick for pick in canvas.workspace.selection if isinstance(pick, Pick)]
        return len(boxes) == 1 and doing.enter_box(canvas, canvas.scene_.boxes[boxes[0]].box)
    else:
        return False
    return True


def nudge(canvas: Canvas, across: int, down: int) -> bool:
    """Move the selected boxes by so many steps of the grid; one after the other they are one step of the
    history.
    """
    workspace = canvas.workspace
    chosen = [pick for pick in workspace.selection if isinstance(pick, Pick)]
    if not chosen:
        return False
    moves: list[Edit] = []
    for pick in sorted(chosen):
        at = canvas.scene_.boxes[pick].pos()
        to = (round(at.x() / GRID) + across, round(at.y() / GRID) + down)
        moves.append(move(workspace.scope, pick, to))
    label = "nudge " + (chosen[0].name if len(moves) == 1 else f"{len(moves)} boxes")
    document = workspace.document
    same = document.position > 0 and document.history[document.position - 1] == label
    workspace.perform(Compound(tuple(moves), label), join=same and not document.can_redo)
    return True


def step(canvas: Canvas, across: int, down: int) -> bool:
    """Select the next box in a direction from the one that is selected."""
    boxes = canvas.scene_.boxes
    chosen = [pick for pick in canvas.workspace.selection if isinstance(pick, Pick)]
    if not boxes:
        return False
    start = boxes[chosen[0]].frame.center() if chosen else canvas.camera.seen.center()
    best: tuple[float, Pick] | None = None
    for pick, item in boxes.items():
        way = item.frame.center() - start
        ahead = way.x() * across + way.y() * down
        aside = abs(way.x() * down) + abs(way.y() * across)
        distance = ahead + 2 * aside
        if pick not in chosen and (ahead > 5 or not chosen) and (best is None or distance < best[0]):
            best = (distance, pick)
    if best is None:
        return False
    canvas.workspace.select([best[1]])
    frame = boxes[best[1]].frame
    if not canvas.camera.seen.contains(frame):
        canvas.centerOn(frame.center())
    return True
