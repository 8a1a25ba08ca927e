"""What commands do with the selection: delete, heal, group, copy, paste, adapt."""

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import zoo
from tests.gui.canvas.drawn import TEXT, Hand, checked, inlet, outlet
from zoo.checker import resolve
from zoo.edits import AddNode, Connect, SetSetting
from zoo.errors import EditError
from zoo.graph import Call, Frozen, Graph, Ref, Repeat, Reuse
from zoo.wires import End
from zoo_gui import actions
from zoo_gui.canvas import Canvas, Minimap
from zoo_gui.canvas.commands import COMMANDS
from zoo_gui.canvas.doing import add_behind, layout_selection
from zoo_gui.canvas.menu import fitting, insert_adapter, menu_for
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.style import READABLE
from zoo_gui.clipboard import copied, duplicated, pasted
from zoo_gui.search import ranked, score
from zoo_gui.selection import Chosen, Pick
from zoo_gui.theme import DARK


def removed(chosen: set[Chosen], *, heal: bool = False, text: str = TEXT) -> Graph:
    graph = zoo.loads(text)
    edit = actions.removal(graph, "", chosen, heal=heal)
    assert edit is not None
    after, undo = edit.apply(graph)
    assert undo.change(after) == graph
    return after


def inputs(graph: Graph, name: str) -> dict[str, object]:
    node = graph.nodes[name]
    assert isinstance(node, Call)
    return dict(node.inputs)


def test_delete_takes_the_wires_along() -> None:
    after = removed({Pick("node", "act"), Pick("input", "mask"), End("loose", "inputs", "")})
    assert not inputs(after, "head")
    assert "mask" not in after.inputs
    assert after.nodes["loose"] == Call(use="basic/relu")


def test_delete_heals_through_nodes_with_one_way() -> None:
    after = removed({Pick("node", "act"), Pick("node", "head")}, heal=True)
    assert after.outputs == {"y": Ref("attend")}
    after = removed({Pick("node", "attend")}, heal=True)
    assert "act" in after.nodes
    assert not inputs(after, "act")


def test_everything_is_deleted_and_comes_back(canvas: Canvas) -> None:
    before = canvas.workspace.graph
    actions.select_all(canvas.workspace)
    assert actions.delete(canvas.workspace)
    assert not canvas.workspace.graph.nodes
    assert not canvas.scene_.boxes
    canvas.grab()  # with hints
    canvas.workspace.undo()
    assert canvas.workspace.graph == before
    assert len(canvas.scene_.boxes) == 10


def test_what_is_copied_is_pasted_with_its_wires() -> None:
    graph = zoo.loads(TEXT)
    text = copied(graph, "", ["pair", "act", "head"], {"act": (10, 4), "head": (30, 8)})
    assert text.startswith("blocks:")
    names, edit = pasted(graph, "", text, (100, 100))
    after = edit.change(graph)
    assert names == ("pair_2", "act_2", "head_2")
    assert inputs(after, "head_2") == {"": Ref("act_2")}
    assert after.layout == {"act_2": (100, 100), "head_2": (120, 104)}
    elsewhere = zoo.loads("format: zoo/1\nname: other\nnodes: {}\n")
    there = pasted(elsewhere, "", text, (0, 0))[1].change(elsewhere)
    assert there.blocks.keys() == {"pair"}
    assert inputs(there, "head") == {"": Ref("act")}


def test_reuse_and_ties_mean_the_copies() -> None:
    graph = zoo.load(zoo.registry().graphs["transformer"])
    names, edit = duplicated(graph, "", ["embed", "target_embed", "generator"], {})
    after = edit.change(graph)
    assert set(names) == {"embed_2", "target_embed_2", "generator_2"}
    again, tied = after.nodes["target_embed_2"], after.nodes["generator_2"]
    assert isinstance(again, Reuse)
    assert isinstance(tied, Call)
    assert again.of == "embed_2"
    assert tied.tie == {"weight": "embed_2.weight"}
    assert not [problem for problem in resolve(after).problems if problem.severity == "error"]


@pytest.mark.parametrize("text", ["", "hello", "[1, 2", "nodes: {}\n"])
def test_a_clipboard_without_nodes_is_refused(text: str) -> None:
    graph = zoo.loads(TEXT)
    with pytest.raises(EditError, match="the clipboard holds no nodes"):
        pasted(graph, "", text, (0, 0))


@pytest.mark.parametrize("text", ["nodes: {a: {use: basic/tanh}, b: 3}", "nodes: {b: {use: x/y, wiht: {}}}"])
def test_nothing_is_pasted_of_what_is_faulty(text: str) -> None:
    with pytest.raises(EditError, match="on the clipboard, 'b' has a fault"):
        pasted(zoo.loads(TEXT), "", text, (0, 0))


def test_group_and_ungroup(qtbot: QtBot, canvas: Canvas) -> None:
    workspace = canvas.workspace
    workspace.select([Pick("node", "act"), Pick("node", "head")])
    assert actions.group(workspace) == "block"
    assert set(workspace.graph.blocks["block"].nodes) == {"act", "head"}
    checked(qtbot, canvas)
    assert workspace.resolution is not None
    assert workspace.resolution.ok
    assert actions.ungroup(workspace)
    assert workspace.selection == {Pick("node", "act"), Pick("node", "head")}


def test_wrap_finds_the_port_that_goes_from_layer_to_layer(canvas: Canvas) -> None:
    workspace = canvas.workspace
    workspace.select([Pick("node", "act")])
    assert actions.wrap(workspace, 3)
    repeat = workspace.graph.nodes["act"]
    assert isinstance(repeat, Repeat)
    assert (repeat.count, repeat.carry) == (3, {"x": Ref("attend")})
    assert canvas.scene_.boxes[Pick("node", "act")].box.badge == "×3"


def test_an_adapter_is_found_by_its_ports(qtbot: QtBot, canvas: Canvas) -> None:
    """A wire of width 11 to a layer that wants 6: something that maps one width to the other."""
    workspace = canvas.workspace
    workspace.perform(AddNode("", "norm", Call(use="norm/layer_norm", settings=Frozen({"dim": 6}))))
    checked(qtbot, canvas)
    Hand(canvas).drag(outlet(canvas, "head"), inlet(canvas, "norm", "x"))
    checked(qtbot, canvas)
    wire = canvas.scene_.wires[End("norm", "inputs", "")]
    assert wire.line.problem is not None
    found = fitting(canvas, wire)
    assert any(adapter.settings == {"output": 6} for adapter in found)
    titles = [action.text() for action in menu_for(canvas, wire.way.pointAtPercent(0.04)).actions()]
    assert titles[0].startswith("Insert ")
    insert_adapter(canvas, next(each for each in found if each.settings == {"output": 6}))
    checked(qtbot, canvas)
    assert not any(problem.severity == "error" for problem in workspace.resolution.problems)  # pyright: ignore[reportOptionalMemberAccess] # checked


def test_layout_is_a_step_that_can_be_undone(canvas: Canvas) -> None:
    workspace = canvas.workspace
    start = canvas.scene_.boxes[Pick("node", "act")].pos()
    Hand(canvas).drag(
        canvas.scene_.boxes[Pick("node", "act")].frame.center(), start + canvas.rect().center() / 3
    )
    moved = dict(workspace.graph.layout)
    assert moved
    canvas.layout_all()
    assert not workspace.graph.layout
    assert canvas.scene_.boxes[Pick("node", "act")].pos() == start
    workspace.undo()
    assert workspace.graph.layout == moved
    workspace.select([Pick("node", "act"), Pick("node", "head")])
    layout_selection(canvas)
    assert {"act", "head"} <= workspace.graph.layout.keys()


def test_nothing_jumps_when_a_node_is_added(canvas: Canvas) -> None:
    before = {pick: item.pos() for pick, item in canvas.scene_.boxes.items() if pick.kind != "output"}
    canvas.workspace.perform(AddNode("", "new", Call(use="basic/relu", inputs=Frozen({"": Ref("act")}))))
    assert all(canvas.scene_.boxes[pick].pos() == at for pick, at in before.items())
    frames = [item.frame for item in canvas.scene_.boxes.values()]
    assert not any(a.intersects(b) for i, a in enumerate(frames) for b in frames[:i])


def test_a_new_box_makes_its_wire_level_and_what_grows_stays_in_sight(canvas: Canvas) -> None:
    canvas.workspace.perform(AddNode("", "new", Call(use="basic/linear", inputs=Frozen({"": Ref("attend")}))))
    new = canvas.scene_.boxes[Pick("node", "new")]
    wire = next(wire for end, wire in canvas.scene_.wires.items() if end.node == "new")
    (attend,) = (canvas.scene_.boxes[wire.line.start],)
    level = attend.begin_of(wire.line).y()
    assert new.finish_of(wire.line).y() >= level  # lower, where another box stands
    canvas.resize(900, 500)
    canvas.zoom_to(1.0)
    canvas.centerOn(new.frame.center())
    canvas.shift(QPointF(canvas.camera.from_scene(QPointF()).x(), 0))
    canvas.shift(QPointF(900 - 20 - canvas.camera.from_scene(new.frame.topRight()).x(), 0))
    canvas.workspace.select([Pick("node", "new")])
    assert canvas.camera.seen.contains(new.frame)
    canvas.workspace.perform(SetSetting("", "new", "output", 1234567))
    assert new.frame.width() > 140
    assert canvas.camera.seen.contains(new.frame)


def test_another_document_is_laid_out_anew(qtbot: QtBot, canvas: Canvas) -> None:
    """Also where its boxes are called like those of the one before."""
    text = """\
format: zoo/1
name: other
inputs: {tokens: int batch time}
outputs: {y: head}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: 6}, in: tokens}
  head: {use: basic/linear, with: {output: 11}, in: embed}
"""
    far = canvas.scene_.boxes[Pick("node", "head")].x()
    canvas.workspace.load(zoo.loads(text))
    checked(qtbot, canvas)
    qtbot.waitUntil(lambda: canvas.scene_.boxes[Pick("node", "head")].x() < far / 2)
    assert canvas.placing.arrangement is not None
    assert canvas.placing.arrangement.places.keys() == canvas.scene_.boxes.keys()


def test_from_afar_and_in_another_theme(canvas: Canvas) -> None:
    minimap = Minimap(canvas)
    canvas.set_theme(DARK)
    canvas.workspace.select([Pick("node", "act"), End("head", "inputs", "")])
    canvas.highlight([Pick("node", "head")])
    near = canvas.grab().toImage()
    canvas.zoom_to(0.1)
    far = canvas.grab().toImage()
    assert near.pixelColor(3, 3) == far.pixelColor(3, 3) == DARK.background
    selected = sum(far.pixelColor(x, y) == DARK.selection for x in range(900, 1300) for y in range(450, 650))
    assert selected > 4
    assert not minimap.grab().toImage().isNull()
    minimap.deleteLater()


def test_commands_have_ids_and_keys_of_their_own() -> None:
    assert len({command.id for command in COMMANDS}) == len(COMMANDS)
    keys = [key for command in COMMANDS for key in command.keys]
    assert len({*keys}) == len(keys)


def test_the_menu_at_the_pointer_copies_and_pastes(canvas: Canvas) -> None:
    def call(at: QPointF, text: str) -> None:
        menu = menu_for(canvas, at)
        next(action for action in menu.actions() if action.text() == text).trigger()
        menu.deleteLater()

    loose = canvas.scene_.boxes[Pick("node", "loose")].frame.center()
    call(loose, "Copy")
    far = canvas.scene_.content().bottomRight() + QPointF(100, 100)
    call(far, "Paste here")
    (new,) = canvas.workspace.selection
    assert isinstance(new, Pick)
    assert (canvas.scene_.boxes[new].frame.topLeft() - far).manhattanLength() < 40
    call(canvas.scene_.boxes[new].frame.center(), "Duplicate")
    call(loose, "Cut")
    assert {"loose_2", "loose_3"} <= canvas.workspace.graph.nodes.keys()
    assert "loose" not in canvas.workspace.graph.nodes


def test_what_was_fitted_stays_when_the_window_changes(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "head")])
    canvas.fit_selection()
    before = canvas.camera.scale
    canvas.resize(2100, 1000)
    assert canvas.camera.scale == before
    canvas.fit()
    canvas.resize(900, 500)
    assert canvas.camera.seen.contains(canvas.scene_.drawn())


def test_from_afar_lines_become_no_thinner(canvas: Canvas) -> None:
    style = canvas.style_
    for pen in (style.wire, style.border, style.selected):
        assert style.at(pen, 1.0) is pen
        near, far = (style.at(pen, scale).widthF() * scale for scale in (READABLE - 1e-9, 0.1))
        assert far == pytest.approx(near, rel=0.02)
        assert style.at(pen, 0.1) is style.at(pen, 0.1)


def test_the_menu_of_a_wire_inserts(canvas: Canvas) -> None:
    wire = canvas.scene_.wires[End("head", "inputs", "")]
    menu = menu_for(canvas, wire.middle)
    next(action for action in menu.actions() if action.text() == "Insert…").trigger()
    menu.deleteLater()
    popup = canvas.popup
    assert isinstance(popup, QuickAdd)
    titles = [popup.list.item(row).text() for row in range(popup.list.count())]
    assert "output" not in titles
    popup.field.setText("relu")
    popup.take()
    graph = canvas.workspace.graph
    assert inputs(graph, "head") == {"": Ref("relu")}
    assert inputs(graph, "relu") == {"": Ref("act")}
    canvas.workspace.undo()
    assert inputs(canvas.workspace.graph, "head") == {"": Ref("act")}
    canvas.workspace.select([End("head", "inputs", "")])
    add_behind(canvas)
    popup = canvas.popup
    assert isinstance(popup, QuickAdd)
    popup.field.setText("relu")
    popup.take()
    assert inputs(canvas.workspace.graph, "head") == {"": Ref("relu")}
    assert not canvas.workspace.graph.layout


def test_words_over_the_drawing_are_not_cut_off(qtbot: QtBot, canvas: Canvas) -> None:
    """A wire that is wrong and selected looks wrong, and its plate has a border on every side."""
    canvas.workspace.perform(Connect("", End("embed", "inputs", ""), Ref("mask")))
    checked(qtbot, canvas)
    canvas.look_at_wire(End("embed", "inputs", ""))
    wire = canvas.scene_.wires[End("embed", "inputs", "")]
    assert wire._pen().color() == canvas.style_.theme.misfit
    canvas.zoom_to(1.0)
    canvas.shift(-canvas.camera.from_scene(wire.middle))  # its middle is in the corner
    image = canvas.grab().toImage()
    red = canvas.style_.theme.misfit
    assert sum(image.pixelColor(6, y) == red for y in range(60)) > 20
    assert sum(image.pixelColor(x, 6) == red for x in range(300)) > 100


def test_the_clipboard_of_the_system_is_used(canvas: Canvas) -> None:
    class Window:
        def __init__(self) -> None:
            self.workspace, self.canvas = canvas.workspace, canvas

    commands = {command.id: command for command in COMMANDS}
    canvas.workspace.select([Pick("node", "act")])
    commands["edit.copy"].run(Window())  # pyright: ignore[reportArgumentType] # as much of a window as is needed
    assert "use: basic/tanh" in QApplication.clipboard().text()
    commands["edit.paste"].run(Window())  # pyright: ignore[reportArgumentType] # see above
    assert canvas.workspace.selection == {Pick("node", "act_2")}
    commands["edit.duplicate"].run(Window())  # pyright: ignore[reportArgumentType] # see above
    assert canvas.workspace.graph.nodes["act_3"] == canvas.workspace.graph.nodes["act"]


def test_fuzzy_search_prefers_beginnings_of_words() -> None:
    names = ["recurrent/lstm", "basic/last", "norm/layer_norm", "attention/multi_head"]
    assert ranked("mh", names, str)[0] == "attention/multi_head"
    assert ranked("ln", names, str)[0] == "norm/layer_norm"
    assert ranked("lst", names, str)[0] == "recurrent/lstm"
    assert score("xyz", "basic/linear") is None
