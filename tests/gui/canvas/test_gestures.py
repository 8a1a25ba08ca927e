"""Gestures with real mouse and key events, by what they change in the graph."""

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.canvas.drawn import Hand, checked, inlet, lit, middle, outlet
from zoo.edits import End
from zoo.graph import Call, Ref, Scan
from zoo_gui import actions
from zoo_gui.canvas import Canvas
from zoo_gui.canvas.doing import rename
from zoo_gui.canvas.drops import MIME
from zoo_gui.canvas.gestures.wire import DrawWire
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.rename import Rename
from zoo_gui.layout.data import GRID
from zoo_gui.selection import Pick


def inputs(canvas: Canvas, name: str) -> dict[str, object]:
    node = canvas.workspace.graph.nodes[name]
    assert isinstance(node, Call)
    return dict(node.inputs)


# ----------------------------------------------------------------------------------------------------- wires


def test_a_wire_is_drawn_from_port_to_port(canvas: Canvas) -> None:
    Hand(canvas).drag(outlet(canvas, "mask", "mask", "input"), inlet(canvas, "attend", "mask"))
    assert inputs(canvas, "attend")["mask"] == Ref("mask")
    assert canvas.workspace.selection == {End("attend", "inputs", "mask")}


def test_the_ports_that_fit_light_up_and_others_say_why_not(canvas: Canvas) -> None:
    hand, start = Hand(canvas), outlet(canvas, "mask", "mask", "input")
    hand.press(start)
    hand.move(inlet(canvas, "act", "x"))
    assert lit(canvas)["attend.mask"]
    assert not lit(canvas)["attend.query"]
    assert isinstance(canvas.gesture, DrawWire)
    canvas.grab()  # with the reason beside the pointer
    assert "bool" in canvas.gesture.reason
    hand.release(start)
    assert not lit(canvas)


def test_a_bad_wire_is_allowed_red_and_explained(qtbot: QtBot, canvas: Canvas) -> None:
    Hand(canvas).drag(outlet(canvas, "mask", "mask", "input"), inlet(canvas, "head", "x"))
    checked(qtbot, canvas)
    wire = canvas.scene_.wires[End("head", "inputs", "")]
    assert wire.line.problem is not None
    assert "bool" in wire.line.problem.message
    assert canvas.scene_.boxes[Pick("node", "head")].box.problems
    canvas.grab()


def test_a_wire_drawn_backwards_ends_at_the_output(canvas: Canvas) -> None:
    Hand(canvas).drag(inlet(canvas, "attend", "mask"), outlet(canvas, "mask", "mask", "input"))
    assert inputs(canvas, "attend")["mask"] == Ref("mask")


def test_a_wire_dropped_on_a_box_takes_the_port_that_fits(canvas: Canvas) -> None:
    Hand(canvas).drag(outlet(canvas, "mask", "mask", "input"), middle(canvas, "attend"))
    assert inputs(canvas, "attend")["mask"] == Ref("mask")


def test_an_end_of_a_wire_moves_to_another_port(canvas: Canvas) -> None:
    Hand(canvas).drag(inlet(canvas, "attend", "key"), inlet(canvas, "attend", "value"))
    assert inputs(canvas, "attend") == {"query": Ref("pair"), "value": Ref("pair")}
    canvas.workspace.undo()
    assert inputs(canvas, "attend")["key"] == Ref("pair")


def test_an_end_pulled_off_is_a_wire_less(canvas: Canvas) -> None:
    at = inlet(canvas, "loose", "x")
    Hand(canvas).drag(at, at + QPointF(-60, -150))
    assert inputs(canvas, "loose") == {}


def test_a_list_takes_another_wire_behind_the_last(canvas: Canvas) -> None:
    canvas.workspace.enter("#pair")
    canvas.zoom_to(1.0)
    Hand(canvas).drag(outlet(canvas, "act"), inlet(canvas, "add", ""))
    add = canvas.workspace.body.nodes["add"]
    assert isinstance(add, Call)
    assert add.inputs[""] == (Ref("x"), Ref("act"), Ref("act"))


def test_feedback_is_drawn_to_what_a_state_is_next(canvas: Canvas) -> None:
    canvas.workspace.enter("walk")
    canvas.zoom_to(1.0)
    assert canvas.scene_.wires[End("", "next", "h")].line.back
    at = inlet(canvas, "h", "next", "input")
    Hand(canvas).drag(at, at + QPointF(-30, -50))
    assert isinstance(canvas.workspace.body, Scan)
    assert not canvas.workspace.body.next
    Hand(canvas).drag(outlet(canvas, "cell"), inlet(canvas, "h", "next", "input"))
    assert canvas.workspace.body.next == {"h": Ref("cell")}


def test_escape_leaves_a_wire_as_it_was(canvas: Canvas) -> None:
    before, hand = canvas.workspace.graph, Hand(canvas)
    hand.press(inlet(canvas, "loose", "x"))
    hand.move(middle(canvas, "act"))
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    hand.release(middle(canvas, "act"))
    assert canvas.workspace.graph is before
    assert all(wire.isVisible() for wire in canvas.scene_.wires.values())


# ----------------------------------------------------------------------------------------------------- adding


def popup(canvas: Canvas) -> QuickAdd:
    found = [each for each in canvas.findChildren(QuickAdd) if each.isVisible()]
    assert len(found) == 1
    return found[0]


def test_a_wire_dropped_on_the_canvas_offers_what_fits_first(canvas: Canvas) -> None:
    start = outlet(canvas, "loose")
    Hand(canvas).drag(start, start + QPointF(20, 350))
    chooser = popup(canvas)
    assert chooser.list.count() > 10
    QTest.keyClicks(chooser.field, "layer norm")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert inputs(canvas, "layer_norm") == {"": Ref("loose")}
    assert "layer_norm" in canvas.workspace.graph.layout
    assert canvas.workspace.selection == {Pick("node", "layer_norm")}
    canvas.workspace.undo()
    assert "layer_norm" not in canvas.workspace.graph.nodes


def test_a_wire_dropped_on_the_canvas_becomes_an_output(canvas: Canvas) -> None:
    start = outlet(canvas, "loose")
    Hand(canvas).drag(start, start + QPointF(20, 350))
    QTest.keyClick(popup(canvas).field, Qt.Key.Key_Return)
    assert canvas.workspace.graph.outputs["loose"] == Ref("loose")


def test_a_wire_drawn_backwards_becomes_an_input(canvas: Canvas) -> None:
    at = inlet(canvas, "attend", "mask")
    Hand(canvas).drag(at, at + QPointF(-60, 290))
    QTest.keyClick(popup(canvas).field, Qt.Key.Key_Return)
    assert inputs(canvas, "attend")["mask"] == Ref("mask_2")
    assert canvas.workspace.graph.inputs["mask_2"].dtype == "bool"


def test_tab_adds_with_keys_alone(canvas: Canvas) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_Tab)
    chooser = popup(canvas)
    QTest.keyClicks(chooser.field, "gelu")
    QTest.keyClick(chooser.field, Qt.Key.Key_Return)
    assert canvas.workspace.graph.nodes["gelu"] == Call(use="basic/gelu")


def drop(canvas: Canvas, use: str, at: QPointF) -> None:
    data = QMimeData()
    data.setData(MIME, use.encode())
    place, copy = canvas.camera.from_scene(at), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), copy, data, buttons, keys)
    QApplication.sendEvent(canvas.viewport(), enter)
    assert enter.isAccepted()
    QApplication.sendEvent(canvas.viewport(), QDropEvent(place, copy, data, buttons, keys))


def test_a_layer_is_dropped_on_the_canvas(canvas: Canvas) -> None:
    at = canvas.scene_.content().bottomLeft() + QPointF(60, 50)
    drop(canvas, "norm/layer_norm", at)
    column, row = canvas.workspace.graph.layout["layer_norm"]
    assert (QPointF(column * GRID, row * GRID) - at).manhattanLength() < 150


def test_a_layer_dropped_on_a_wire_goes_into_it(canvas: Canvas) -> None:
    wire = canvas.scene_.wires[End("head", "inputs", "")]
    drop(canvas, "norm/layer_norm", wire.middle)
    assert inputs(canvas, "layer_norm") == {"": Ref("act")}
    assert inputs(canvas, "head") == {"": Ref("layer_norm")}


# ---------------------------------------------------------------------------------------- boxes and selection


def test_a_box_is_moved_in_one_step(canvas: Canvas) -> None:
    item = canvas.scene_.boxes[Pick("node", "loose")]
    hand, start = Hand(canvas), middle(canvas, "loose")
    hand.press(start)
    for step in range(1, 6):
        hand.move(start + QPointF(9 * step, 21 * step))
    hand.release(start + QPointF(45, 105))
    place = canvas.workspace.graph.layout["loose"]
    assert (item.x(), item.y()) == (place[0] * GRID, place[1] * GRID)
    assert canvas.workspace.document.history == ("move loose",)
    canvas.workspace.undo()
    assert middle(canvas, "loose") == start


def test_an_output_is_placed_by_hand_and_stays(canvas: Canvas) -> None:
    pick = Pick("output", "y")
    frame = canvas.scene_.boxes[pick].frame
    Hand(canvas).drag(frame.center(), frame.center() + QPointF(-30, 200))
    column, row = canvas.workspace.graph.layout["->y"]
    assert canvas.scene_.boxes[pick].pos() == QPointF(column * GRID, row * GRID)
    canvas.workspace.undo()
    assert canvas.scene_.boxes[pick].frame == frame
    canvas.workspace.redo()
    canvas.workspace.select([pick])
    actions.delete(canvas.workspace)
    assert not canvas.workspace.graph.layout


def test_boxes_that_are_moved_keep_their_distance(canvas: Canvas) -> None:
    chosen = [Pick("node", "act"), Pick("node", "head")]
    canvas.workspace.select(chosen)
    before = middle(canvas, "head") - middle(canvas, "act")
    Hand(canvas).drag(middle(canvas, "act"), middle(canvas, "act") + QPointF(13, 77))
    assert middle(canvas, "head") - middle(canvas, "act") == before
    assert {*canvas.workspace.graph.layout} == {"act", "head"}


def test_arrows_move_and_join_to_one_step(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "act")])
    start = middle(canvas, "act")
    for _ in range(3):
        QTest.keyClick(canvas, Qt.Key.Key_Down)
    assert middle(canvas, "act") == start + QPointF(0, 3 * GRID)
    assert len(canvas.workspace.document.history) == 1
    canvas.workspace.undo()
    assert middle(canvas, "act") == start


def test_a_band_selects_and_the_workspace_shows_it(canvas: Canvas) -> None:
    frame = canvas.scene_.boxes[Pick("node", "act")].frame
    hand = Hand(canvas)
    hand.drag(frame.topLeft() + QPointF(10, -25), frame.center() + QPointF(0, 3))
    assert canvas.workspace.selection == {Pick("node", "act")}
    assert canvas.scene_.boxes[Pick("node", "act")].selected
    canvas.workspace.select([Pick("node", "head")])
    assert not canvas.scene_.boxes[Pick("node", "act")].selected
    assert canvas.scene_.boxes[Pick("node", "head")].selected
    hand.keys = Qt.KeyboardModifier.ShiftModifier
    hand.click(middle(canvas, "act"))
    assert canvas.workspace.selection == {Pick("node", "head"), Pick("node", "act")}


def test_a_double_click_enters_and_keys_do(canvas: Canvas) -> None:
    Hand(canvas).twice(middle(canvas, "pair"))
    assert canvas.workspace.scope == "#pair"
    assert Pick("node", "add") in canvas.scene_.boxes
    canvas.workspace.enter("")
    canvas.workspace.select([Pick("node", "walk")])
    QTest.keyClick(canvas, Qt.Key.Key_Return)
    assert canvas.workspace.scope == "walk"


def test_a_box_is_renamed_in_its_place(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "act")])
    rename(canvas)
    (field,) = canvas.findChildren(Rename)
    field.clear()
    QTest.keyClicks(field, "shown")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert inputs(canvas, "head") == {"": Ref("shown")}
    assert canvas.workspace.selection == {Pick("node", "shown")}


def test_the_middle_button_moves_over_the_canvas(canvas: Canvas) -> None:
    before, hand = canvas.camera.seen.center(), Hand(canvas)
    start, button = canvas.camera.seen.center(), Qt.MouseButton.MiddleButton
    hand.press(start, button)
    hand.move(start + QPointF(40, 30))
    hand.release(canvas.camera.seen.center(), button)
    assert (canvas.camera.seen.center() - before - QPointF(-40, -30)).manhattanLength() < 3
    assert not canvas.workspace.document.history


def test_arrows_with_control_go_from_box_to_box(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "act")])
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert canvas.workspace.selection == {Pick("node", "head")}
