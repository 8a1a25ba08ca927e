"""What is drawn of a graph, and that only what differs is drawn anew."""

import pytest

import zoo
from tests.gui.canvas.drawn import TEXT
from zoo.checker import Memory, resolve
from zoo.edits import Connect, Edit, RemoveNode, SetParam, SetSetting
from zoo.graph import Graph, Ref
from zoo.packs import registry
from zoo.wires import End
from zoo_gui.canvas.drawing import Drawer
from zoo_gui.canvas.picture import Box, Picture
from zoo_gui.selection import Pick


def picture(graph: Graph, scope: str = "") -> Picture:
    return Drawer().draw(graph, scope, resolve(graph), registry().find)


def node(picture: Picture, name: str) -> Box:
    return picture.boxes[Pick("node", name)]


def test_boxes_say_what_they_are() -> None:
    found = picture(zoo.loads(TEXT))
    assert (node(found, "head").detail, node(found, "head").look) == ("linear · output 11", "layer")
    assert (node(found, "pair").badge, node(found, "pair").inner) == ("2 nodes", "#pair")
    assert (node(found, "walk").detail, node(found, "walk").inner) == ("scan over time", "walk")
    assert (node(found, "loose").unused, node(found, "loose").badge) == (True, "unused")
    assert found.boxes[Pick("input", "tokens")].detail == "int batch time"
    assert found.boxes[Pick("output", "y")].detail == "batch time 11"


def test_ports_have_names_and_wires_shapes() -> None:
    found = picture(zoo.loads(TEXT))
    labels = [inlet.label for inlet in node(found, "attend").inlets]
    assert labels[:4] == ["query", "key", "value", "mask"]
    assert [outlet.type for outlet in node(found, "attend").outlets] == ["batch time 6", "batch 2 time time"]
    assert found.lines[End("attend", "inputs", "query")].label == "batch time 6"


def test_inside_a_scan_states_come_back() -> None:
    found = picture(zoo.loads(TEXT), "walk")
    state = found.boxes[Pick("input", "h")]
    assert (state.look, state.detail) == ("state", "state, from zeros")
    line = found.lines[End("", "next", "h")]
    assert line.back
    assert (line.start, line.stop) == (Pick("node", "cell"), Pick("input", "h"))


def test_repeats_and_reuse() -> None:
    found = picture(zoo.load(registry().graphs["transformer"]))
    assert (node(found, "encoder").look, node(found, "encoder").badge) == ("repeat", "×3")
    assert node(found, "encoder").inner == "#encoder_layer"
    assert node(found, "target_embed").detail == "same weights as embed"


def test_a_layer_that_is_not_installed_keeps_its_wires() -> None:
    text = TEXT.replace("basic/tanh, in: attend", "nowhere/tanh, in: {x: attend}")
    found = picture(zoo.loads(text))
    assert node(found, "act").look == "missing"
    assert [inlet.label for inlet in node(found, "act").inlets] == ["x"]
    assert End("act", "inputs", "x") in found.lines
    assert End("head", "inputs", "") in found.lines


def test_while_packs_are_loading_nothing_is_called_missing() -> None:
    found = Drawer().draw(zoo.loads(TEXT), "", None, None)
    assert {box.look for box in found.boxes.values()} == {"input", "output", "layer", "block", "scan"}
    assert len(found.lines) == 10


def test_a_param_is_shown_by_its_value() -> None:
    """Also where it changes no type, so that the checker has nothing new to say of the node."""
    text = TEXT.replace("name: small", "name: small\nparams: {p: 0.1}").replace(
        "loose: {use: basic/relu,", "loose: {use: basic/dropout, with: {p: $p},"
    )
    graph, memory, drawer = zoo.loads(text), Memory(), Drawer()
    before = drawer.draw(graph, "", resolve(graph, memory=memory), registry().find)
    graph = SetParam("", "p", 0.5).change(graph)
    after = drawer.draw(graph, "", resolve(graph, memory=memory), registry().find)
    assert (node(before, "loose").detail, node(after, "loose").detail) == (
        "dropout · p 0.1",
        "dropout · p 0.5",
    )


def test_problems_stand_at_their_box_and_at_those_around_it() -> None:
    text = TEXT.replace("in: {x: x, h: h}", "in: {x: x, h: x}").replace(
        "state: {h: zeros batch 6}", "state: {h: zeros batch 7}"
    )
    graph = zoo.loads(text)
    assert any(p.severity == "error" for p in node(picture(graph), "walk").problems)
    wrong = zoo.loads(TEXT.replace("in: act}", "in: tokens}"))
    line = picture(wrong).lines[End("head", "inputs", "")]
    assert line.problem is not None
    assert "float" in line.problem.message


@pytest.mark.parametrize(
    ("edit", "boxes", "lines"),
    [
        (SetSetting("", "head", "bias", False), {"head"}, set[End]()),
        (Connect("", End("act", "inputs", ""), Ref("pair")), {"act", "attend"}, {End("act", "inputs", "")}),
        (RemoveNode("", "loose"), set[str](), set[End]()),
    ],
)
def test_only_what_differs_is_drawn_anew(edit: Edit, boxes: set[str], lines: set[End]) -> None:
    graph, memory, drawer = zoo.loads(TEXT), Memory(), Drawer()
    before = drawer.draw(graph, "", resolve(graph, memory=memory), registry().find)
    after_edit = edit.change(graph)
    resolution = resolve(after_edit, memory=memory)
    after = drawer.draw(after_edit, "", resolution, registry().find)
    new = {pick.name for pick, box in after.boxes.items() if before.boxes.get(pick) is not box}
    assert new == boxes
    assert {end for end, line in after.lines.items() if before.lines.get(end) is not line} == lines
    assert drawer.draw(after_edit, "", resolution, registry().find) == after
