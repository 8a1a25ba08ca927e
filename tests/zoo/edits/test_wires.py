"""Edits of wires, by what they change in a file, and what they refuse."""

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import Connect, Disconnect, Edit, End, InsertOnWire, wire_at
from zoo.errors import EditError
from zoo.graph import Call, Frozen, Ref

CONNECTED: list[tuple[Edit, list[str]]] = [
    (
        Connect("", End("one", "inputs"), Ref("x")),
        [
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}, in: x}",
        ],
    ),
    (
        Connect("", End("total", "inputs", "", 1), Ref("x")),
        ["- total: {use: basic/add, in: [embed, one]}", "+ total: {use: basic/add, in: [embed, x]}"],
    ),
    (
        Connect("", End("total", "inputs", "", 2), Ref("x")),
        ["- total: {use: basic/add, in: [embed, one]}", "+ total: {use: basic/add, in: [embed, one, x]}"],
    ),
    (
        Connect("", End("total", "inputs", "", 0), Ref("x"), insert=True),
        ["- total: {use: basic/add, in: [embed, one]}", "+ total: {use: basic/add, in: [x, embed, one]}"],
    ),
    (
        Connect("", End("embed", "inputs", "", 1), Ref("mask")),
        [
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "+ embed: {use: basic/linear, with: {output: $dim}, in: [x, mask]}",
        ],
    ),
    (
        Connect("", End("one", "inputs", "mask"), Ref("mask")),
        [
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}, in: {x: embed, mask: mask}}",
        ],
    ),
    (
        Connect("", End("embed", "inputs", "mask"), Ref("mask"), first="x"),
        [
            "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
            "+ embed: {use: basic/linear, with: {output: $dim}, in: {x: x, mask: mask}}",
        ],
    ),
    (
        Connect("", End("one", "inputs", "x"), Ref("x")),
        [
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}, in: {x: x}}",
        ],
    ),
    (Connect("", End("stack", "carry", "x"), Ref("one")), ["- carry: {x: total}", "+ carry: {x: one}"]),
    (Connect("", End("stack", "inputs", "x"), Ref("one")), ["- carry: {x: total}", "+ in: {x: one}"]),
    (Connect("", End("walk", "each", "x"), Ref("embed")), ["- each: {x: stack}", "+ each: {x: embed}"]),
    (Connect("", End("walk", "mask"), Ref("embed")), ["- mask: mask", "+ mask: embed"]),
    (
        Connect("", End("walk", "state", "h"), Ref("embed")),
        ["- state: {h: zeros batch $dim, c: stack}", "+ state: {h: embed, c: stack}"],
    ),
    (
        Connect("", End("walk", "const", "whole"), Ref("one")),
        ["- const: {whole: embed}", "+ const: {whole: one}"],
    ),
    (Connect("", End("", "outputs", "z"), Ref("embed")), ["- z: total", "+ z: embed"]),
    (
        Connect("walk", End("", "next", "h"), Ref("out")),
        ["- next: {h: cell.h, c: cell.c}", "+ next: {h: out, c: cell.c}"],
    ),
    (
        Connect("walk", End("", "stack", "out"), Ref("cell", "h")),
        ["- stack: {out: out}", "+ stack: {out: cell.h}"],
    ),
    (
        Connect("#pair", End("second", "inputs", "", 0), Ref("first")),
        ["- second: {use: basic/add, in: [x, first]}", "+ second: {use: basic/add, in: [first, first]}"],
    ),
]


@pytest.mark.parametrize(
    ("edit", "changed"), CONNECTED, ids=lambda value: value.describe() if isinstance(value, Edit) else ""
)
def test_connect(edit: Edit, changed: list[str]) -> None:
    assert sorted(lines_changed(edit)) == sorted(changed)


DISCONNECTED: list[tuple[Edit, list[str]]] = [
    (
        Disconnect("", End("one", "inputs")),
        [
            "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
            "+ one: {use: pair, with: {width: $dim * 2}}",
        ],
    ),
    (
        Disconnect("", End("total", "inputs", "", 0)),
        ["- total: {use: basic/add, in: [embed, one]}", "+ total: {use: basic/add, in: [one]}"],
    ),
    (
        Disconnect("", End("total", "inputs")),
        ["- total: {use: basic/add, in: [embed, one]}", "+ total: {use: basic/add}"],
    ),
    (Disconnect("", End("stack", "carry", "x")), ["- carry: {x: total}"]),
    (Disconnect("", End("walk", "mask")), ["- mask: mask"]),
    (Disconnect("", End("", "outputs", "z")), ["- z: total"]),
    (Disconnect("walk", End("", "next", "h")), ["- next: {h: cell.h, c: cell.c}", "+ next: {c: cell.c}"]),
    (Disconnect("walk", End("", "stack", "out")), ["- stack: {out: out}"]),
]


@pytest.mark.parametrize(
    ("edit", "changed"), DISCONNECTED, ids=lambda value: value.describe() if isinstance(value, Edit) else ""
)
def test_disconnect(edit: Edit, changed: list[str]) -> None:
    assert lines_changed(edit) == changed


def test_the_last_wire_of_a_list_takes_the_port_along() -> None:
    graph = Disconnect("", End("total", "inputs", "", 0)).change(base())
    graph = Disconnect("", End("total", "inputs", "", 0)).change(graph)
    assert graph.nodes["total"] == Call(use="basic/add")


@pytest.mark.parametrize(
    ("end", "scope", "changed"),
    [
        (
            End("one", "inputs"),
            "",
            [
                "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
                "+ act: {use: basic/tanh, in: embed}",
                "+ one: {use: pair, with: {width: $dim * 2}, in: act}",
            ],
        ),
        (
            End("total", "inputs", "", 1),
            "",
            [
                "- total: {use: basic/add, in: [embed, one]}",
                "+ act: {use: basic/tanh, in: one}",
                "+ total: {use: basic/add, in: [embed, act]}",
            ],
        ),
        (
            End("walk", "state", "c"),
            "",
            [
                "+ act: {use: basic/tanh, in: stack}",
                "- state: {h: zeros batch $dim, c: stack}",
                "+ state: {h: zeros batch $dim, c: act}",
            ],
        ),
        (
            End("", "outputs", "y"),
            "",
            ["- y: walk.out", "+ y: act", "+ act: {use: basic/tanh, in: walk.out}"],
        ),
        (
            End("", "next", "h"),
            "walk",
            [
                "+ act: {use: basic/tanh, in: cell.h}",
                "- next: {h: cell.h, c: cell.c}",
                "+ next: {h: act, c: cell.c}",
            ],
        ),
    ],
    ids=str,
)
def test_insert_on_a_wire(end: End, scope: str, changed: list[str]) -> None:
    edit = InsertOnWire(scope, end, "act", Call(use="basic/tanh"))
    assert sorted(lines_changed(edit)) == sorted(changed)


def test_insert_names_the_ports_of_the_new_node() -> None:
    node = Call(use="attention/dot", inputs=Frozen({"keys": Ref("x")}))
    after = InsertOnWire("", End("one", "inputs"), "attend", node, "query", "weights").change(base())
    assert after.nodes["attend"] == Call(
        use="attention/dot", inputs=Frozen({"query": Ref("embed"), "keys": Ref("x")})
    )
    assert wire_at(after, "", End("one", "inputs")) == Ref("attend", "weights")


def test_the_words_of_the_undo_history() -> None:
    edits = [
        Connect("", End("walk", "each", "x"), Ref("embed")),
        Connect("walk", End("out", "inputs"), Ref("cell", "c")),
        Connect("", End("total", "inputs", "", 1), Ref("x")),
        Disconnect("", End("walk", "mask")),
        Disconnect("", End("", "outputs", "z")),
        InsertOnWire("", End("one", "inputs"), "act", Call(use="a/b")),
    ]
    assert [edit.describe() for edit in edits] == [
        "connect embed to walk.x",
        "connect cell.c to out",
        "connect x to total[1]",
        "disconnect walk.mask",
        "disconnect output z",
        "insert act before one",
    ]


REFUSED: list[tuple[Edit, str]] = [
    (
        Connect("", End("embed", "inputs"), Ref("total")),
        "cycle embed -> total -> embed; a wire back in time goes through a scan's 'state' and 'next'",
    ),
    (
        Connect("", End("one", "inputs"), Ref("walk", "out")),
        "cycle one -> total -> stack -> walk -> one; a wire back in time",
    ),
    (Connect("", End("walk", "each", "x"), Ref("walk", "out")), "cycle walk -> walk;"),
    (
        Connect("", End("one", "inputs"), Ref("embd")),
        "there is nothing called 'embd' to read here (did you mean 'embed'?)",
    ),
    (
        Connect("walk", End("cell", "inputs", "x"), Ref("embed")),
        "there is nothing called 'embed' to read here",
    ),
    (Connect("", End("oen", "inputs"), Ref("x")), "there is no node 'oen' here (did you mean 'one'?)"),
    (
        Connect("", End("embed", "inputs", "mask"), Ref("mask")),
        "'embed' has a wire that names no port; say which port that is",
    ),
    (Connect("", End("total", "inputs", "", 3), Ref("x")), "'total[3]' is not there: the port has 2 wires"),
    (Connect("", End("one", "carry", "x"), Ref("x")), "no wire can end at 'one.x': 'carry' is not there"),
    (Connect("", End("walk", "inputs", "x"), Ref("x")), "no wire can end at 'walk.x': 'inputs' is not there"),
    (Connect("", End("walk", "each", "y"), Ref("x")), "there is no 'each' 'y' here"),
    (Connect("", End("", "outputs", "w"), Ref("x")), "there is no output 'w' here"),
    (
        Connect("walk", End("", "outputs", "y"), Ref("x")),
        "no wire can end at 'output y': 'outputs' is not there",
    ),
    (Connect("walk", End("", "next", "hh"), Ref("x")), "there is no state 'hh' here"),
    (
        Connect("", End("one", "inputs", "a b"), Ref("x")),
        "the name of a port is letters, digits and underscores, got 'a b'",
    ),
    (
        Connect("", End("one", "inputs"), Ref("x", "a b")),
        "the name of a port is letters, digits and underscores, got 'a b'",
    ),
    (Disconnect("", End("one", "inputs", "y")), "there is no wire to port 'y' here"),
    (Disconnect("", End("total", "inputs", "", 2)), "'total[2]' is not there: the port has 2 wires"),
    (
        Disconnect("", End("walk", "each", "x")),
        "'walk.x' enters a scan and cannot stand unwired; connect something else",
    ),
    (Disconnect("", End("walk", "state", "h")), "there is no wire to 'walk.h'"),
    (Disconnect("walk", End("", "outputs", "y")), "no wire can end at 'output y'"),
    (InsertOnWire("", End("one", "inputs", "y"), "act", Call(use="a/b")), "there is no wire to 'one.y'"),
    (InsertOnWire("", End("one", "inputs"), "embed", Call(use="a/b")), "'embed' is taken by a node"),
    (
        InsertOnWire("", End("one", "inputs"), "act", Call(use="a/b", inputs=Frozen({"": Ref("x")}))),
        "port '' of the new node is wired already; name another",
    ),
]


@pytest.mark.parametrize(
    ("edit", "message"), REFUSED, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_what_does_not_fit_is_refused_and_changes_nothing(edit: Edit, message: str) -> None:
    graph = base()
    with pytest.raises(EditError) as caught:
        edit.apply(graph)
    assert str(caught.value).startswith(message)
    assert graph == base()
