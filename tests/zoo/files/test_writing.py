"""Saving what was loaded: nothing changes but the lines that must, in every text and after every edit."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edit_strategies import edits
from tests.strategies import graphs
from tests.zoo.files.texts import FEWER, LIBRARY, SMALL, TEXTS, changed_lines, comments
from zoo.edits import (
    AddNode,
    Connect,
    Edit,
    End,
    GroupIntoBlock,
    InsertOnWire,
    MoveNode,
    RemoveNode,
    RenameNode,
    SetField,
    SetSetting,
    WrapInRepeat,
)
from zoo.edits.paths import bodies, nodes
from zoo.errors import EditError, FileError
from zoo.files import dumps, loads, read, writer
from zoo.graph import Call, Frozen, Graph, Ref, Repeat, visible
from zoo.sizes import Name
from zoo.spec import Port
from zoo.values import identical
from zoo.wires import wires


@pytest.fixture(scope="module", autouse=True)
def no_reprint() -> object:
    """A text that is printed anew instead of changed is a failure."""

    def refuse(*_: object) -> str:
        raise AssertionError("the text was printed anew instead of changed")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "_reprinted", refuse)
        yield


LOADED = {name: loads(text) for name, text in TEXTS.items()}
LIBRARY_NAMES = [path.stem for path in LIBRARY]


def test_every_text_saves_as_it_was_loaded() -> None:
    for name, text in TEXTS.items():
        assert dumps(LOADED[name]) == text


@given(st.data())
def test_every_edit_is_saved_and_undone(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    graph = LOADED[name]
    undos: list[Edit] = []
    for _ in range(data.draw(st.integers(1, 3))):
        graph, undo = data.draw(edits(graph)).apply(graph)
        undos.append(undo)
    text = dumps(graph)
    assert identical(loads(text), graph)
    assert set(comments(text)) <= set(comments(TEXTS[name]))
    assert text.startswith("\ufeff") == TEXTS[name].startswith("\ufeff")
    assert ("\n" in text.replace("\r\n", "")) == ("\n" in TEXTS[name].replace("\r\n", ""))
    for undo in reversed(undos):
        graph, _ = undo.apply(graph)
    assert dumps(graph) == TEXTS[name]


@FEWER
@given(graphs(), graphs())
def test_any_graph_becomes_any_other(one: Graph, other: Graph) -> None:
    source = loads(dumps(one)).source
    assert identical(loads(dumps(replace(other, source=source))), other)


@FEWER
@given(st.data())
def test_saving_after_each_edit_is_saving_after_all(data: st.DataObject) -> None:
    once = often = LOADED[data.draw(st.sampled_from(LIBRARY_NAMES))]
    for _ in range(3):
        edit = data.draw(edits(once))
        once, often = edit.apply(once)[0], edit.apply(often)[0]
        often = loads(dumps(often))
    assert identical(loads(dumps(once)), often)


# -------------------------------------------------------------------------------------- how many lines change


def after(name: str, edit: Edit) -> str:
    return dumps(edit.apply(LOADED[name])[0])


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_setting_changes_one_line(name: str) -> None:
    graph, tried = LOADED[name], 0
    for (scope, node), what in nodes(graph):
        if isinstance(what, Call | Repeat):
            for setting in what.settings:
                tried += 1
                assert changed_lines(TEXTS[name], after(name, SetSetting(scope, node, setting, 7))) == 1
            assert changed_lines(TEXTS[name], after(name, SetSetting(scope, node, "new_one", 7))) == 1
    assert tried


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_wire_changes_one_line(name: str) -> None:
    graph, tried = LOADED[name], 0
    for scope, body in bodies(graph):
        for end, ref in wires(body):
            for source in visible(body):
                if source == ref.node:
                    continue
                try:
                    text = after(name, Connect(scope, end, Ref(source)))
                except EditError:
                    continue
                tried += 1
                assert changed_lines(TEXTS[name], text) == 1
    assert tried > 10


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_rename_changes_the_lines_that_name_the_node(name: str) -> None:
    graph = LOADED[name]
    for scope, body in bodies(graph):
        for node in body.nodes:
            text = after(name, RenameNode(scope, node, "another_name"))
            word = re.compile(rf"\b{node}\b")
            old, new = TEXTS[name].splitlines(), text.splitlines()
            assert len(old) == len(new)
            for was, now in zip(old, new, strict=True):
                # a comment that was aligned may have moved
                assert was == now or (word.search(was) and "another_name" in now)


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_layer_on_a_wire_changes_three_lines_at_most(name: str) -> None:
    graph, tried = LOADED[name], 0
    layer = Call(use="basic/dropout", settings=Frozen(p=0.1))
    for scope, body in bodies(graph):
        for end, _ in wires(body):
            try:
                text = after(name, InsertOnWire(scope, end, "a_new_one", layer))
            except EditError:
                continue
            tried += 1
            assert changed_lines(TEXTS[name], text) <= 3
    assert tried > 5


@pytest.mark.parametrize("name", LIBRARY_NAMES)
def test_a_layer_without_wires_changes_two_lines_at_most(name: str) -> None:
    graph = LOADED[name]
    for scope, body in bodies(graph):
        for index in range(len(body.nodes) + 1):
            text = after(name, AddNode(scope, "a_new_one", Call(use="basic/tanh"), index))
            assert changed_lines(TEXTS[name], text) <= 2


def test_a_box_that_is_moved_is_written_last() -> None:
    text = dumps(MoveNode("", "norm", (3, -1)).apply(loads(SMALL))[0])
    assert text == SMALL + "\nlayout:\n  norm: [3, -1]\n"
    assert dumps(MoveNode("", "norm", (4, 0)).apply(loads(text))[0]) == text.replace("[3, -1]", "[4, 0]")


def test_a_new_section_stands_between_blank_lines_where_it_belongs() -> None:
    graph = SetField("", "", "about", "Small.").apply(loads(SMALL))[0]
    graph = SetField("", "", "requires", ("zoo-x",)).apply(graph)[0]
    assert dumps(graph).startswith("format: zoo/1\nname: small\nabout: Small.\nrequires: [zoo-x]\nparams:")


# ---------------------------------------------------------------------------------------------- comments stay

COMMENTED = """\
# the head of the file

format: zoo/1  # one
name: x

# all inputs
inputs:
  x: float batch  # the input

nodes:
  # about a
  a: {use: p/q, in: x}   # beside a

  # about b
  # in two lines
  b:
    use: p/q  # of b
    # the wire of b
    in: a
    # the end of b
  # about c
  c: {use: p/q, in: b}
  # the end of nodes
outputs: {y: c}  # the output
# the end
"""


@pytest.mark.parametrize(
    "edit",
    [
        RenameNode("", "b", "another"),
        SetSetting("", "b", "p", 1),
        SetSetting("", "a", "p", 1),
        Connect("", End("c", "inputs"), Ref("a")),
        AddNode("", "d", Call(use="p/q"), 1),
        MoveNode("", "c", (1, 1)),
        GroupIntoBlock("", ("a", "b"), "both", types={Ref("x"): Port("float", (Name("batch"),))}),
    ],
    ids=lambda edit: type(edit).__name__,
)
def test_every_comment_survives(edit: Edit) -> None:
    graph = edit.apply(loads(COMMENTED))[0]
    text = dumps(graph)
    assert comments(text) == comments(COMMENTED)
    assert text != COMMENTED


def test_a_repeat_keeps_the_comments_of_its_node() -> None:
    text = dumps(WrapInRepeat("", "b", 3, ("x",)).apply(loads(COMMENTED))[0])
    assert set(comments(COMMENTED)) - set(comments(text)) == {"# the wire of b"}
    assert "    repeat: 3\n    use: p/q  # of b\n    carry: {x: a}\n    # the end of b\n" in text


def test_a_node_takes_its_own_comments_with_it() -> None:
    graph = loads(COMMENTED)
    text = dumps(replace(graph, nodes=Frozen({k: v for k, v in graph.nodes.items() if k != "b"})))
    assert changed_lines(COMMENTED, text) == 7
    assert set(comments(COMMENTED)) - set(comments(text)) == {
        "# about b",
        "# in two lines",
        "# of b",
        "# the wire of b",
        "# the end of b",
    }


# ------------------------------------------------------------------------------------------ what was not read


def test_what_could_not_be_read_stays_in_the_text() -> None:
    text = SMALL + "  broken: {use: [1], in: norm}   # kept\n"
    graph = read(text).graph
    assert "broken" not in graph.nodes
    assert dumps(graph) == text
    changed = SetSetting("", "head", "bias", False).apply(graph)[0]
    assert dumps(changed) == text.replace("{output: $dim}", "{output: $dim, bias: false}")


def test_what_could_not_be_read_is_not_written_over() -> None:
    graph = read(SMALL + "  broken: {use: [1]}\n").graph
    changed = AddNode("", "broken", Call(use="p/q")).apply(graph)[0]
    with pytest.raises(FileError, match="'broken' stands in the file already and could not be read"):
        dumps(changed)


def test_a_text_that_is_no_graph_is_not_written_over() -> None:
    graph = replace(loads(SMALL), source=read("a: b: c").graph.source)
    with pytest.raises(FileError, match="which has errors; mend them first"):
        dumps(graph)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_remark_in_an_empty_section_stays(end: str) -> None:
    text = "format: zoo/1\nname: t\ninputs: {x: float batch}\nnodes: {\n  # none yet\n}\nlayout: {}\n"
    text = text.replace("\n", end)
    graph = loads(text)
    for name in ("a", "b"):
        graph, _ = AddNode("", name, Call(use="basic/tanh", inputs=Frozen({"": Ref("x")}))).apply(graph)
    node = "{use: basic/tanh, in: x}"
    filled = text.replace(f"none yet{end}", f"none yet{end}  a: {node},{end}  b: {node}{end}")
    assert dumps(graph) == filled
    for name in ("a", "b"):
        graph, _ = RemoveNode("", name).apply(graph)
    assert "# none yet" in dumps(graph)
