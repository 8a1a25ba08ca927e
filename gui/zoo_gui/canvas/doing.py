"""What is done on a canvas by mouse and by command alike: each ends in one edit, or shows something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QTimer

from zoo.edits import Compound
from zoo.errors import EditError
from zoo.wires import End
from zoo_gui.canvas.adding import Loose
from zoo_gui.canvas.picture import Box, Line
from zoo_gui.canvas.placing import arranged, key_of, move
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.rename import Rename
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.canvas.view import Canvas


def put(canvas: Canvas, places: Mapping[Pick, QPointF]) -> bool:
    """Place boxes by hand, as one step."""
    scope = canvas.workspace.scope
    grid = {pick: (round(at.x() / GRID), round(at.y() / GRID)) for pick, at in places.items()}
    moves = [move(scope, pick, to) for pick, to in grid.items()]
    if not moves:
        return False
    label = moves[0].describe() if len(moves) == 1 else f"move {len(moves)} boxes"
    return canvas.workspace.perform(Compound(tuple(moves), label))


def layout_all(canvas: Canvas) -> None:
    """Give every box of the body that is shown back to the automatic layout."""
    scope, layout = canvas.workspace.scope, canvas.workspace.graph.layout
    placed = [pick for pick in canvas.scene_.boxes if key_of(scope, pick) in layout]
    canvas.placing.forget()
    moves = tuple(move(scope, pick, None) for pick in placed)
    if moves:
        canvas.workspace.perform(Compound(moves, "lay out all boxes"))
    else:
        canvas.refresh()
    canvas.fit()


def layout_selection(canvas: Canvas) -> None:
    """Arrange what is selected around where it stands."""
    chosen = [pick for pick in canvas.workspace.selection if isinstance(pick, Pick)]
    items = [canvas.scene_.boxes[pick] for pick in chosen]
    if len(items) < 2:
        canvas.workspace.refused.emit("select two boxes or more, and they are laid out")
        return
    places = arranged(canvas.scene_.picture, chosen).places
    corner = QPointF(min(item.x() for item in items), min(item.y() for item in items))
    put(canvas, {pick: corner + QPointF(x, y) for pick, (x, y) in places.items()})


def quick_add(canvas: Canvas, at: QPointF | None = None, loose: Loose | None = None) -> None:
    """Ask what to add at a place or the pointer, for a dropped wire when there is one."""
    canvas.popup = QuickAdd(canvas, canvas.pointer if at is None else at, loose)
    canvas.popup.show()


def insert_into(canvas: Canvas, line: Line, at: QPointF | None) -> None:
    """Ask what to put into a wire; without a place the layout finds one."""
    canvas.popup = QuickAdd(canvas, at, into=line)
    canvas.popup.show()


def add_behind(canvas: Canvas) -> None:
    """Ask what to add behind the selected box, wired to its first output, or into the selected wire."""
    chosen = [canvas.scene_.wires.get(one) for one in canvas.workspace.selection if isinstance(one, End)]
    if len(chosen) == 1 and chosen[0] is not None and not chosen[0].line.back:
        insert_into(canvas, chosen[0].line, None)
        return
    box = selected_box(canvas)
    if box is None or not box.outlets:
        canvas.workspace.refused.emit("select one box with an output, or a wire, and the new box reads it")
        return
    source = box.outlets[0].source
    canvas.popup = QuickAdd(canvas, None, Loose(source, canvas.type_of(source)))
    canvas.popup.show()


def rename(canvas: Canvas, block: str = "") -> None:
    """Rename the one box that is selected, in its place; and a block, that it uses, with it."""
    box = selected_box(canvas)
    if box is not None:
        canvas.centre_on(box.pick.name)
        canvas.popup = Rename(canvas, canvas.scene_.boxes[box.pick], block)
        canvas.popup.show()
        # Later, for a menu that closes gives the keys back to what had them before.
        QTimer.singleShot(0, canvas.popup, canvas.popup.setFocus)


def enter_box(canvas: Canvas, box: Box) -> bool:
    """Show what a box holds."""
    if box.inner is None:
        return False
    try:
        canvas.workspace.enter(box.inner)
    except EditError as error:
        canvas.workspace.refused.emit(str(error))
        return False
    return True


def enter_selected(canvas: Canvas) -> bool:
    """Show what the one selected box holds."""
    box = selected_box(canvas)
    return box is not None and enter_box(canvas, box)


def selected_box(canvas: Canvas) -> Box | None:
    """The box that is selected, when it is only one."""
    chosen = [pick for pick in canvas.workspace.selection if isinstance(pick, Pick)]
    item = canvas.scene_.boxes.get(chosen[0]) if len(chosen) == 1 else None
    return item.box if item else None
