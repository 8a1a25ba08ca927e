"""The graph as a value: it cannot be changed, is shared where it is the same, and is addressed by scopes."""

import copy
import math
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import Any

import pytest
from hypothesis import given, settings

import zoo
from tests.strategies import graphs
from zoo.errors import EditError
from zoo.graph import (
    EMPTY,
    Block,
    Call,
    Frozen,
    Graph,
    Ref,
    Scan,
    Value,
    freeze,
    identical,
    join,
    kind,
    split_scope,
    visible,
)
from zoo.sizes import Name, Op
from zoo.wires import End, node_wires, path_back, wires

TEXT = """\
format: zoo/1
name: walker
params: {dim: 8}
inputs: {x: float batch time 8, mask: bool batch time}
outputs: {y: walk.out}
blocks:
  pair:
    inputs: {x: float batch time dim}
    outputs: {out: second}
    nodes:
      first: {use: basic/linear, in: x}
      second: {use: basic/add, in: [x, first]}
nodes:
  stack: {repeat: 2, use: pair, carry: {x: x}}
  walk:
    scan:
      over: time
      each: {x: stack}
      mask: mask
      state: {h: zeros batch $dim, c: stack}
      const: {whole: stack}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
        again: {reuse: cell, in: {x: whole, h: cell.h, c: cell.c}}
      next: {h: again.h, c: again.c}
      stack: {out: again.h}
      final: {last: h}
"""


@pytest.fixture
def graph() -> Graph:
    return zoo.loads(TEXT)


# ----------------------------------------------------------------------------------------------------- values

CHANGES: list[Callable[[Any], object]] = [
    lambda mapping: mapping.__setitem__("x", 1),
    lambda mapping: mapping.__delitem__("x"),
    lambda mapping: mapping.update(x=1),
    lambda mapping: mapping.setdefault("y", 1),
    lambda mapping: mapping.pop("x"),
    lambda mapping: mapping.popitem(),
    lambda mapping: mapping.clear(),
    lambda mapping: mapping.__ior__({"y": 1}),
]


@pytest.mark.parametrize("change", CHANGES)
def test_mappings_cannot_be_changed(change: Callable[[Any], object]) -> None:
    mapping = Frozen({"x": 2})
    with pytest.raises(TypeError, match="a graph is immutable"):
        change(mapping)
    assert mapping == {"x": 2}


def test_nodes_and_graphs_cannot_be_changed(graph: Graph) -> None:
    for thing, part in ((graph, "name"), (graph.nodes["stack"], "use"), (graph.blocks["pair"], "nodes")):
        with pytest.raises(FrozenInstanceError):
            setattr(thing, part, "changed")


@settings(max_examples=settings().max_examples // 3)
@given(graphs())
def test_equal_graphs_have_equal_hashes_and_survive_copying(graph: Graph) -> None:
    turned = replace(graph, nodes=Frozen(reversed(graph.nodes.items())))
    assert turned == graph
    assert hash(turned) == hash(graph)
    for copied in (copy.deepcopy(graph), pickle.loads(pickle.dumps(graph))):
        assert identical(copied, graph)
        assert isinstance(copied.nodes, Frozen)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Frozen({"a": 1, "b": 2}), Frozen({"b": 2, "a": 1})),
        (1, True),
        (1, 1.0),
        (0.0, -0.0),
        ((1, 2), (1, 2.0)),
        (Call(use="a/b", settings=Frozen({"x": 1})), Call(use="a/b", settings=Frozen({"x": True}))),
        (Op("+", Name("$x"), 1), Op("+", Name("$x"), True)),
    ],
)
def test_what_differs_in_the_file_is_not_identical(one: object, other: object) -> None:
    assert one == other
    assert not identical(one, other)
    assert identical(one, copy.deepcopy(one))


def test_the_source_is_no_part_of_the_graph(graph: Graph) -> None:
    assert graph.source is not None
    assert identical(graph, replace(graph, source=None))


@pytest.mark.parametrize(
    ("value", "frozen"),
    [
        ([1, {"a": [True, None]}], (1, Frozen({"a": (True, None)}))),
        ((), ()),
        (dict[str, int](), EMPTY),
        (Name("$dim"), Name("$dim")),
    ],
)
def test_settings_are_frozen_as_they_come_in(value: object, frozen: Value) -> None:
    assert identical(freeze(value), frozen)


@pytest.mark.parametrize("value", [math.nan, {1: 2}, {1, 2}, object(), [b"bytes"]])
def test_what_no_file_can_hold_is_no_setting(value: object) -> None:
    with pytest.raises(EditError, match="a setting is"):
        freeze(value)


# ----------------------------------------------------------------------------------------------------- scopes


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("", ["x", "mask", "stack", "walk"]),
        ("walk", ["x", "h", "c", "whole", "cell", "again"]),
        ("#pair", ["x", "first", "second"]),
    ],
)
def test_a_scope_says_what_can_be_read(graph: Graph, scope: str, names: list[str]) -> None:
    assert [*visible(graph.body(scope))] == names


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        ("wal", r"there is no node 'wal' here \(did you mean 'walk'\?\)"),
        ("#pear", r"there is no block 'pear' here \(did you mean 'pair'\?\)"),
        ("stack", "'stack' is a repeat; only scans have a body, and blocks are entered as '#block'"),
        ("walk.cell", "'cell' is a layer; only scans have a body"),
    ],
)
def test_a_scope_that_is_none(graph: Graph, scope: str, message: str) -> None:
    with pytest.raises(EditError, match=message):
        graph.body(scope)


def test_paths() -> None:
    assert split_scope("#pair.walk.inner") == ("pair", ("walk", "inner"))
    assert split_scope("walk") == (None, ("walk",))
    assert split_scope("") == (None, ())
    assert join("", "cell") == "cell"
    assert join("#pair", "cell") == "#pair.cell"


@pytest.mark.parametrize("scope", ["", "walk", "#pair"])
def test_a_body_is_put_back_where_it_was_and_the_rest_is_shared(graph: Graph, scope: str) -> None:
    body = graph.body(scope)
    changed = graph.with_body(scope, replace(body, nodes=EMPTY))
    assert changed.body(scope).nodes == {}
    assert identical(changed.with_body(scope, body), graph)
    if scope != "":
        assert changed.nodes["stack"] is graph.nodes["stack"]


def test_the_kinds_of_nodes(graph: Graph) -> None:
    kinds = {name: kind(node) for name, node in {**graph.nodes, **graph.body("walk").nodes}.items()}
    assert kinds == {"stack": "repeat", "walk": "scan", "cell": "layer", "again": "reuse"}
    assert kind(Call(use="pair")) == "block"
    assert kind(Call(use="other.yaml#pair")) == "block"


# ------------------------------------------------------------------------------------------------------ wires


def test_all_wires_are_listed_with_their_ends(graph: Graph) -> None:
    found = [f"{ref} -> {end}" for end, ref in wires(graph)]
    assert found == [
        "x -> stack.x",
        "stack -> walk.x",
        "mask -> walk.mask",
        "stack -> walk.c",
        "stack -> walk.whole",
        "walk.out -> output y",
    ]
    found = [f"{ref} -> {end}" for end, ref in wires(graph.body("walk"))]
    assert found == [
        "x -> cell.x",
        "h -> cell.h",
        "c -> cell.c",
        "whole -> again.x",
        "cell.h -> again.h",
        "cell.c -> again.c",
        "again.h -> next h",
        "again.c -> next c",
        "again.h -> stack out",
    ]
    found = [f"{ref} -> {end}" for end, ref in wires(graph.body("#pair"))]
    assert found == ["x -> first", "x -> second[0]", "first -> second[1]", "second -> output out"]


def test_an_end_says_which_field_holds_the_wire(graph: Graph) -> None:
    walk = graph.nodes["walk"]
    assert dict(node_wires("walk", walk)) == {
        End("walk", "each", "x"): Ref("stack"),
        End("walk", "mask"): Ref("mask"),
        End("walk", "state", "c"): Ref("stack"),
        End("walk", "const", "whole"): Ref("stack"),
    }


def test_a_way_back_against_the_wires(graph: Graph) -> None:
    body = graph.body("walk")
    assert path_back(body, "again", ["x"]) == ["again", "cell", "x"]
    assert path_back(body, "cell", ["again"]) is None
    assert isinstance(body, Scan)
    assert isinstance(graph.blocks["pair"], Block)
