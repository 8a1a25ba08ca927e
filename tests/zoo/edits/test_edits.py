"""What holds for every edit: it can be undone and redone, and its graph saves and loads to itself."""

import pickle
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edit_strategies import KINDS, edits
from tests.strategies import graphs
from zoo import edits as e
from zoo.edits import Compound, Edit, End
from zoo.errors import EditError
from zoo.files import dumps, loads
from zoo.graph import Call, Frozen, Graph, Ref, identical
from zoo.wires import wires

MANY = settings().max_examples
"""As many examples as other tests have; those here are slow, and many are alike."""

BASE = """\
format: zoo/1
name: base
params: {dim: 8, unused: 1}
inputs: {x: float batch time 8, mask: bool batch time}
outputs: {y: walk.out, z: total}
blocks:
  pair:
    params: {width: ~}
    inputs: {x: float batch time dim}
    outputs: {out: second}
    nodes:
      first: {use: basic/linear, with: {output: $width}, in: x}
      second: {use: basic/add, in: [x, first]}
  spare: {}
nodes:
  embed: {use: basic/linear, with: {output: $dim}, in: x}
  one: {use: pair, with: {width: $dim}, in: embed}
  total: {use: basic/add, in: [embed, one]}
  stack:
    repeat: 2
    use: pair
    with: {width: 8}
    vary: {width: [8, 8]}
    tie: {first.weight: embed.weight}
    carry: {x: total}
  walk:
    scan:
      over: time
      each: {x: stack}
      mask: mask
      state: {h: zeros batch $dim, c: stack}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
      final: {last: h}
"""


def apply_and_return(edit: Edit, graph: Graph) -> Graph:
    """The graph after the edit, having seen that it can be undone and redone."""
    before = pickle.dumps(graph)
    after, undo = edit.apply(graph)
    assert identical(pickle.loads(before), graph), "the graph itself was changed"
    back, redo = undo.apply(after)
    assert identical(back, graph)
    again, undo_again = redo.apply(back)
    assert identical(again, after)
    assert identical(undo_again.apply(again)[0], graph)
    assert edit.describe()
    assert undo.describe() == f"undo {edit.describe()}"
    assert redo.describe() == f"redo {edit.describe()}"
    assert undo_again.describe() == undo.describe()
    return after


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
@settings(max_examples=MANY // 10)
@given(data=st.data())
def test_an_edit_of_a_drawn_graph_is_undone_by_its_inverse(kind: type[Edit], data: st.DataObject) -> None:
    graph = data.draw(st.just(loads(BASE)) | graphs())
    if kind is e.Ungroup:  # few graphs use a block before something was grouped
        graph, _ = data.draw(edits(graph, e.GroupIntoBlock)).apply(graph)
    edit = data.draw(edits(graph, kind))
    assert type(edit) is kind
    after = apply_and_return(edit, graph)
    assert identical(loads(dumps(after)), after)


@settings(max_examples=MANY // 3)
@given(data=st.data())
def test_any_sequence_of_edits_leaves_a_graph_that_saves_and_loads_to_itself(data: st.DataObject) -> None:
    graph = start = data.draw(graphs())
    undos: list[Edit] = []
    for _ in range(data.draw(st.integers(1, 6))):
        graph, undo = data.draw(edits(graph)).apply(graph)
        undos.append(undo)
    assert identical(loads(dumps(graph)), graph)
    for undo in reversed(undos):
        graph, _ = undo.apply(graph)
    assert identical(graph, start)


def test_every_kind_of_edit_is_drawn() -> None:
    offered = {getattr(e, name) for name in e.__all__}
    kinds = {kind for kind in offered if isinstance(kind, type) and issubclass(kind, Edit)}
    assert kinds - {Edit, e.Undo} == set(KINDS)


# --------------------------------------------------------------------------------------------------- inverses


def chain(length: int) -> Graph:
    """A long graph: each node reads the one before."""
    nodes = {
        f"n{i}": Call(use="basic/tanh", inputs=Frozen({"": Ref(f"n{i - 1}" if i else "x")}))
        for i in range(length)
    }
    return Graph(name="chain", inputs=loads(BASE).inputs, nodes=Frozen(nodes))


def test_an_inverse_is_as_small_as_what_changed() -> None:
    """So that an undo history of thousands of edits of a large graph stays small."""
    graph = chain(1000)
    _, undo = e.RenameNode("", "n500", "middle").apply(graph)
    assert len(pickle.dumps(undo)) < 2000
    assert len(pickle.dumps(graph)) > 20000


def test_what_an_edit_leaves_alone_is_shared() -> None:
    graph = loads(BASE)
    after, undo = e.SetSetting("#pair", "first", "bias", False).apply(graph)
    back, _ = undo.apply(after)
    for each in (after, back):
        assert each.nodes is graph.nodes
        assert each.blocks["pair"].nodes["second"] is graph.blocks["pair"].nodes["second"]


@pytest.mark.parametrize(
    ("edit", "other"),
    [
        (e.AddNode("", "new", Call(use="a/b")), e.RemoveNode("", "new")),
        (e.SetSetting("walk", "cell", "bias", True), e.RemoveNode("", "walk")),
        (e.RemoveNode("", "one"), e.AddNode("", "one", Call(use="a/b"))),
        (e.SetSetting("#pair", "first", "bias", True), e.RenameBlock("pair", "couple")),
        (e.SetField("walk", "cell", "use", "a/b"), e.ReplaceNode("", "walk", Call(use="a/b"))),
    ],
    ids=lambda edit: edit.describe(),
)
def test_an_inverse_that_does_not_fit_is_refused(edit: Edit, other: Edit) -> None:
    after, undo = edit.apply(loads(BASE))
    elsewhere = other.change(after)
    kept = pickle.dumps(elsewhere)
    with pytest.raises(EditError, match="this undoes an edit of another graph, or edits were made since"):
        undo.apply(elsewhere)
    assert identical(pickle.loads(kept), elsewhere)


def test_undoing_restores_order_after_any_shuffle() -> None:
    """Also where more than one mapping changed its order."""
    graph = chain(20)
    names = [*graph.nodes]
    random.Random(1).shuffle(names)
    shuffled = Frozen({name: graph.nodes[name] for name in names})

    class Shuffle(Edit):
        def change(self, graph: Graph) -> Graph:
            return Graph(name=graph.name, inputs=graph.inputs, nodes=shuffled)

        def describe(self) -> str:
            return "shuffle"

    assert [*apply_and_return(Shuffle(), graph).nodes] == names


# --------------------------------------------------------------------------------------------------- compound


def test_a_compound_applies_each_edit_to_what_the_one_before_left() -> None:
    edit = Compound(
        (
            e.AddNode("", "new", Call(use="basic/tanh")),
            e.Connect("", End("new", "inputs"), Ref("embed")),
            e.RenameNode("", "new", "act"),
        )
    )
    after = apply_and_return(edit, loads(BASE))
    assert after.nodes["act"] == Call(use="basic/tanh", inputs=Frozen({"": Ref("embed")}))
    assert edit.describe() == "add new, connect embed to new, rename new to act"
    assert Compound(edit.edits, "add an activation").describe() == "add an activation"
    assert Compound(()).describe() == "change nothing"


def test_a_compound_fails_as_a_whole() -> None:
    graph = loads(BASE)
    edit = Compound((e.RemoveNode("", "one"), e.RemoveNode("", "one")), "remove twice")
    with pytest.raises(
        EditError, match=r"remove twice: there is no node 'one' here .*\(step 2 of 2, remove one\)"
    ):
        edit.apply(graph)
    assert identical(graph, loads(BASE))


def test_wires_follow_no_edit_to_nowhere() -> None:
    """After any removal every wire still reads something of its body."""
    graph = loads(BASE)
    for name in graph.nodes:
        after = e.RemoveNode("", name).change(graph)
        names = {*after.inputs, *after.nodes}
        assert all(ref.node in names for _, ref in wires(after))
