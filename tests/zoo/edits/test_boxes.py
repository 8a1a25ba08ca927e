"""Boxes of outputs: they move, follow a new name, and go with their output, however that goes."""

import pytest

from tests.edit_texts import base
from zoo.edits import (
    Disconnect,
    Edit,
    End,
    MoveOutput,
    RemoveInput,
    RemoveNode,
    RemoveOutput,
    RenameBlock,
    RenameNode,
    RenameOutput,
)
from zoo.errors import EditError
from zoo.files import dumps, loads
from zoo.graph import Graph, box_of_output

PLACES = {box_of_output("", "y"): (9, 1), "walk.->out": (9, 2), "#pair.->out": (9, 3)}


def placed() -> Graph:
    graph = base()
    for scope, name, row in (("", "y", 1), ("walk", "out", 2), ("#pair", "out", 3)):
        graph = MoveOutput(scope, name, (9, row)).change(graph)
    return graph


def test_places_of_outputs_are_written_and_read() -> None:
    graph = placed()
    assert {key: graph.layout[key] for key in PLACES} == PLACES
    assert loads(dumps(graph)).layout == graph.layout
    back = MoveOutput("walk", "out", None).change(graph)
    assert graph.layout.keys() - back.layout.keys() == {"walk.->out"}


@pytest.mark.parametrize(
    ("edit", "gone", "new"),
    [
        (RenameOutput("", "y", "w"), {"->y"}, {"->w"}),
        (RenameNode("", "walk", "run"), {"walk.->out", "walk.cell"}, {"run.->out", "run.cell"}),
        (RenameBlock("pair", "two"), {"#pair.->out", "#pair.first"}, {"#two.->out", "#two.first"}),
        (RemoveOutput("", "y"), {"->y"}, set[str]()),
        (RemoveOutput("walk", "out"), {"walk.->out", "->y"}, set[str]()),  # 'y' read it
        (RemoveNode("", "walk"), {"walk.->out", "walk.cell", "->y"}, set[str]()),
        (RemoveNode("walk", "out"), {"walk.->out"}, set[str]()),
        (Disconnect("", End("", "outputs", "y")), {"->y"}, set[str]()),
        (RemoveInput("", "mask"), set[str](), set[str]()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Edit) else "",
)
def test_places_follow_their_outputs(edit: Edit, gone: set[str], new: set[str]) -> None:
    graph = placed()
    after, undo = edit.apply(graph)
    assert graph.layout.keys() - after.layout.keys() == gone
    assert after.layout.keys() - graph.layout.keys() == new
    assert undo.change(after) == graph


def test_what_is_no_output_is_not_moved() -> None:
    with pytest.raises(EditError, match="there is no output 'yy' here"):
        MoveOutput("", "yy", (0, 0)).change(base())
