"""Commands that make parts of a body, and wires chosen from a list."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.gui.canvas.drawn import checked
from zoo.errors import EditError
from zoo.graph import Call, Ref, Repeat, Reuse
from zoo_gui.canvas import Canvas, doing, making
from zoo_gui.canvas.quick_add import QuickAdd
from zoo_gui.canvas.rename import Rename
from zoo_gui.canvas.wire_list import ask_wire, wires_of
from zoo_gui.panels.ties import read_ties
from zoo_gui.quick_list import QuickList
from zoo_gui.search import ranked
from zoo_gui.selection import Pick


def asked(canvas: Canvas) -> list[str]:
    """The fields of the inspector that are to be written in."""
    found: list[str] = []
    canvas.workspace.to_write.connect(found.append)
    return found


def told(canvas: Canvas) -> list[str]:
    found: list[str] = []
    canvas.workspace.refused.connect(found.append)
    return found


def inputs_of(canvas: Canvas, name: str) -> Mapping[str, object]:
    node = canvas.workspace.graph.nodes[name]
    assert isinstance(node, Call)
    return node.inputs


def test_a_block_is_made_and_entered(canvas: Canvas) -> None:
    fields = asked(canvas)
    making.new_block(canvas)
    assert (canvas.workspace.scope, fields) == ("#block", ["block"])
    making.new_param(canvas)
    making.new_input(canvas)
    block = canvas.workspace.graph.blocks["block"]
    assert (dict(block.params), str(block.inputs["x"])) == ({"param": None}, "float batch time dim")
    assert fields == ["block", "name of param param", "name of input x"]
    assert canvas.workspace.selection == {Pick("input", "x")}


def test_an_output_is_what_is_selected_else_what_nothing_reads(canvas: Canvas) -> None:
    making.new_output(canvas)
    assert canvas.workspace.graph.outputs["walk"] == Ref("walk")
    canvas.workspace.select([Pick("node", "act")])
    making.new_output(canvas)
    assert canvas.workspace.graph.outputs["act"] == Ref("act")


def test_a_node_is_used_again_with_its_weights(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "head")])
    making.reuse(canvas)
    assert canvas.workspace.graph.nodes["head_2"] == Reuse(of="head")
    making.reuse(canvas)  # of what it reuses
    assert canvas.workspace.graph.nodes["head_3"] == Reuse(of="head")


def test_a_repeat_asks_how_often(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "act")])
    fields = asked(canvas)
    making.wrap(canvas)
    assert isinstance(canvas.workspace.graph.nodes["act"], Repeat)
    assert fields == ["repeat"]


def test_a_group_and_its_block_get_one_name(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "act"), Pick("node", "head")])
    making.group(canvas)
    field = canvas.popup
    assert isinstance(field, Rename)
    field.setText("tail")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert canvas.workspace.graph.blocks.keys() == {"pair", "tail"}
    node = canvas.workspace.graph.nodes["tail"]
    assert isinstance(node, Call)
    assert node.use == "tail"
    canvas.workspace.undo()
    assert "block" in canvas.workspace.graph.blocks


def test_a_wire_is_chosen_from_those_that_fit_first(qtbot: QtBot, canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "attend")])
    box = doing.selected_box(canvas)
    assert box is not None
    choices = wires_of(canvas, box)
    assert choices[0].text == "mask ← mask"
    wrong = next(choice for choice in choices if choice.text == "mask ← embed")
    assert wrong.detail.startswith("does not fit: ")
    fitting = [choice for choice in choices if not choice.detail.startswith("does not fit")]
    assert choices[: len(fitting)] == fitting
    assert ranked("mask mask", choices, lambda choice: choice.words)[0].text == "mask ← mask"
    ask_wire(canvas)
    chooser = canvas.popup
    assert isinstance(chooser, QuickList)
    chooser.search.setText("mask mask")
    chooser.take()
    checked(qtbot, canvas)
    assert inputs_of(canvas, "attend")["mask"] == Ref("mask")
    assert canvas.workspace.selection == {Pick("node", "attend")}


def test_what_is_added_behind_a_box_reads_it_and_stands_there(canvas: Canvas) -> None:
    canvas.workspace.select([Pick("node", "loose")])
    doing.add_behind(canvas)
    chooser = canvas.popup
    assert isinstance(chooser, QuickAdd)
    chooser.field.setText("layer norm")
    chooser.take()
    assert dict(inputs_of(canvas, "layer_norm")) == {"": Ref("loose")}
    assert not canvas.workspace.graph.layout  # nobody has placed it by hand
    left, right = canvas.scene_.boxes[Pick("node", "loose")], canvas.scene_.boxes[Pick("node", "layer_norm")]
    assert left.frame.right() < right.frame.left()


def test_what_cannot_be_made_is_told(canvas: Canvas) -> None:
    said = told(canvas)
    canvas.workspace.select(())
    for act in (making.reuse, doing.add_behind, ask_wire):
        act(canvas)
    canvas.workspace.enter("walk")
    making.new_input(canvas)
    assert len(said) == 4
    assert "go up" in said[-1]


def test_ties_are_written_as_in_a_file() -> None:
    assert read_ties("weight: embed.weight, bias: head.bias") == {
        "weight": "embed.weight",
        "bias": "head.bias",
    }
    assert read_ties("") == {}
    for wrong in ("weight", "weight:", "weight: a.b, weight: c.d"):
        with pytest.raises(EditError, match=r"no tie|tied twice"):
            read_ties(wrong)
