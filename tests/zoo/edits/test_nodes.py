"""Edits of nodes and plain fields, by what they change in a file, and what they refuse."""

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import AddNode, Edit, MoveNode, RemoveNode, RemoveNodes, RenameNode, ReplaceNode, SetField
from zoo.errors import EditError
from zoo.files import loads
from zoo.graph import Call, Frozen, Graph, Node, Ref, Repeat, Reuse, Scan, Zeros
from zoo.sizes import Name, Op

TANH = Call(use="basic/tanh", inputs=Frozen({"": Ref("embed")}))
WALK = Scan(
    over="time",
    each=Frozen({"x": Ref("embed")}),
    nodes=Frozen({"act": Call(use="a/b", inputs=Frozen({"": Ref("x")}))}),
)


def test_add_a_node() -> None:
    assert lines_changed(AddNode("", "act", TANH)) == ["+ act: {use: basic/tanh, in: embed}"]
    assert [*AddNode("", "act", TANH, 1).change(base()).nodes][:3] == ["embed", "act", "one"]
    assert lines_changed(AddNode("walk", "act", Call(use="basic/tanh", inputs=Frozen({"": Ref("h")})))) == [
        "+ act: {use: basic/tanh, in: h}"
    ]
    assert "inner" in AddNode("", "inner", WALK).change(base()).nodes


def test_remove_a_node_and_its_wires() -> None:
    """Wires in lists, of outputs, and ties through the node all go; the rest of each line stays."""
    assert lines_changed(RemoveNode("", "one")) == [
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "- total: {use: basic/add, in: [embed, one]}",
        "+ total: {use: basic/add, in: [embed]}",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "+ tie: {weight: embed.weight}",
    ]
    assert lines_changed(RemoveNode("", "total")) == [
        "- z: total",
        "- total: {use: basic/add, in: [embed, one]}",
        "- carry: {x: total}",
    ]


def test_removing_a_scan_takes_what_is_inside() -> None:
    after = RemoveNode("", "walk").change(base())
    assert after.outputs == {"z": Ref("total")}
    assert after.layout == {"embed": (1, 2), "#pair.first": (5, 6)}


def test_removing_a_node_in_a_scan_removes_what_goes_on_from_it() -> None:
    after = RemoveNode("walk", "cell").change(base()).body("walk")
    assert isinstance(after, Scan)
    assert after.next == {}
    assert after.final == {"last": "h"}
    assert after.nodes["out"] == Call(
        use="basic/linear", tie=Frozen({"weight": "embed.weight", "bias": "one.first.bias"})
    )


def test_remove_several_nodes_at_once() -> None:
    """What one after the other would refuse fits at once: a node and its reuse."""
    alone, both = RemoveNodes("", ("one",)), RemoveNodes("", ("embed", "again", "walk"))
    assert alone.change(base()) == RemoveNode("", "one").change(base())
    one_by_one = base()
    for name in ("again", "walk", "embed"):
        one_by_one = RemoveNode("", name).change(one_by_one)
    after, undo = both.apply(base())
    assert after == one_by_one
    assert undo.change(after) == base()
    with pytest.raises(EditError, match="'again' reuses 'embed'"):
        RemoveNodes("", ("walk", "embed")).change(base())
    assert both.describe() == "remove embed, again, walk"
    assert RemoveNodes("", tuple("abcde")).describe() == "remove a, b, c and 2 more"


def test_rename_a_node_wherever_it_is_named() -> None:
    """In wires, reuse and tie, also of inner scans, in ties on their way through it, and in the layout."""
    assert lines_changed(RenameNode("", "embed", "table")) == [
        "- embed: {use: basic/linear, with: {output: $dim}, in: x}",
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "- total: {use: basic/add, in: [embed, one]}",
        "- again: {reuse: embed, in: x}",
        "+ table: {use: basic/linear, with: {output: $dim}, in: x}",
        "+ one: {use: pair, with: {width: $dim * 2}, in: table}",
        "+ total: {use: basic/add, in: [table, one]}",
        "+ again: {reuse: table, in: x}",
        "- tie: {first.weight: embed.weight}",
        "+ tie: {first.weight: table.weight}",
        "- const: {whole: embed}",
        "+ const: {whole: table}",
        "- more: {reuse: embed, in: whole}",
        "+ more: {reuse: table, in: whole}",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "+ tie: {weight: table.weight, bias: one.first.bias}",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {table: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
    ]
    assert lines_changed(RenameNode("#pair", "first", "project")) == [
        "- first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
        "- second: {use: basic/add, in: [x, first]}",
        "+ project: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}",
        "+ second: {use: basic/add, in: [x, project]}",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "+ tie: {weight: embed.weight, bias: one.project.bias}",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.project': [5, 6]}",
    ]
    assert lines_changed(RenameNode("walk", "cell", "lstm")) == [
        "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "+ lstm: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "- in: cell.h",
        "- next: {h: cell.h, c: cell.c}",
        "+ in: lstm.h",
        "+ next: {h: lstm.h, c: lstm.c}",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], walk.lstm: [3, 4], '#pair.first': [5, 6]}",
    ]


def test_ties_through_scans_repeats_and_reuses_follow_a_rename() -> None:
    graph = loads(
        """\
format: zoo/1
name: ways
inputs: {x: float batch time 8}
blocks:
  inner:
    inputs: {x: float batch time 8}
    nodes:
      walk: {scan: {over: time, each: {x: x}, nodes: {cell: {use: a/b, in: x}}}}
  outer:
    inputs: {x: float batch time 8}
    nodes: {deep: {use: inner, in: x}}
nodes:
  stack: {repeat: 2, use: outer, carry: {x: x}}
  same: {reuse: stack, in: x}
  a: {use: a/b, tie: {weight: stack.0.deep.walk.cell.weight}, in: x}
  b: {use: a/b, tie: {weight: same.1.deep.walk.cell.weight}, in: x}
  c: {use: a/b, tie: {weight: other.walk.cell.weight}, in: x}
"""
    )
    after = RenameNode("#inner.walk", "cell", "gru").change(graph)
    ties = [node.tie["weight"] for node in after.nodes.values() if isinstance(node, Call)]
    assert ties == ["stack.0.deep.walk.gru.weight", "same.1.deep.walk.gru.weight", "other.walk.cell.weight"]
    after = RenameNode("#outer", "deep", "depth").change(graph)
    ties = [node.tie["weight"] for node in after.nodes.values() if isinstance(node, Call)]
    assert ties == [
        "stack.0.depth.walk.cell.weight",
        "same.1.depth.walk.cell.weight",
        "other.walk.cell.weight",
    ]


def test_replace_a_node_and_keep_its_wires() -> None:
    assert lines_changed(ReplaceNode("walk", "cell", Call(use="recurrent/gru_cell"))) == [
        "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "+ cell: {use: recurrent/gru_cell, in: {x: x, h: h, c: c}}",
    ]
    single = ReplaceNode("", "stack", Call(use="basic/tanh")).change(base())
    assert single.nodes["stack"] == Call(use="basic/tanh", inputs=Frozen({"x": Ref("total")}))
    stacked = ReplaceNode("", "stack", Repeat(count=3, use="pair")).change(base())
    assert stacked.nodes["stack"] == Repeat(count=3, use="pair", carry=Frozen({"x": Ref("total")}))
    own = ReplaceNode("", "one", TANH).change(base())
    assert own.nodes["one"] is TANH
    assert ReplaceNode("", "one", WALK).change(base()).nodes["one"] is WALK


def test_move_a_box() -> None:
    old = "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}"
    assert lines_changed(MoveNode("walk", "cell", (7, -1))) == [
        old,
        "+ layout: {embed: [1, 2], walk.cell: [7, -1], '#pair.first': [5, 6]}",
    ]
    assert lines_changed(MoveNode("#pair", "x", (0, 0))) == [
        old,
        "+ layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6], '#pair.x': [0, 0]}",
    ]
    assert lines_changed(MoveNode("", "embed", None)) == [
        old,
        "+ layout: {walk.cell: [3, 4], '#pair.first': [5, 6]}",
    ]


@pytest.mark.parametrize(
    ("edit", "changed"),
    [
        (SetField("", "", "name", "better"), ["- name: base", "+ name: better"]),
        (SetField("", "", "about", "It is: so"), ["+ about: 'It is: so'"]),
        (SetField("", "", "requires", ("zoo-x>=1",)), ["+ requires: [zoo-x>=1]"]),
        (SetField("", "", "causal", ("time",)), ["+ causal: [time]"]),
        (SetField("#spare", "", "about", "Nothing yet"), ["- spare: {}", "+ spare: {about: Nothing yet}"]),
        (SetField("", "stack", "count", 5), ["- repeat: 2", "+ repeat: 5"]),
        (SetField("", "stack", "count", Op("*", Name("$dim"), 2)), ["- repeat: 2", "+ repeat: $dim * 2"]),
        (SetField("", "stack", "share", True), ["+ share: true"]),
        (SetField("", "stack", "freeze", True), ["+ freeze: true"]),
        (SetField("", "walk", "freeze", True), ["+ freeze: true"]),
        (
            SetField("#pair", "second", "freeze", True),
            [
                "- second: {use: basic/add, in: [x, first]}",
                "+ second: {use: basic/add, freeze: true, in: [x, first]}",
            ],
        ),
        (SetField("", "walk", "over", "target"), ["- over: time", "+ over: target"]),
        (SetField("", "walk", "reverse", True), ["+ reverse: true"]),
        (
            SetField("walk", "more", "of", "cell"),
            ["- more: {reuse: embed, in: whole}", "+ more: {reuse: cell, in: whole}"],
        ),
        (
            SetField("#pair", "second", "use", "basic/concat"),
            ["- second: {use: basic/add, in: [x, first]}", "+ second: {use: basic/concat, in: [x, first]}"],
        ),
    ],
    ids=lambda value: value.describe() if isinstance(value, Edit) else "",
)
def test_set_a_field(edit: Edit, changed: list[str]) -> None:
    assert lines_changed(edit) == changed


# ---------------------------------------------------------------------------------------------------- refused


def wrong(node: Node) -> AddNode:
    return AddNode("", "new", node)


CYCLE = "cycle embed -> one -> embed; a wire back in time goes through a scan's 'state' and 'next'"

REFUSED: list[tuple[Edit, str]] = [
    (
        AddNode("", "one", TANH),
        "'one' is taken by a node; nodes and inputs of one body have names of their own",
    ),
    (
        AddNode("", "x", TANH),
        "'x' is taken by an input; nodes and inputs of one body have names of their own",
    ),
    (AddNode("walk", "h", TANH), "'h' is taken by an input"),
    (
        AddNode("", "a b", TANH),
        "the name of a node is letters, digits and underscores, got 'a b'; write 'a_b'",
    ),
    (AddNode("wlk", "new", TANH), "there is no node 'wlk' here (did you mean 'walk'?)"),
    (
        AddNode("walk", "embed", Call(use="a/b")),
        "'walk.more' refers to the outer 'embed', which this would hide",
    ),
    (AddNode("walk", "new", TANH), "there is nothing called 'embed' to read here"),
    (
        wrong(Call(use="a/b", inputs=Frozen({"": Ref("totl")}))),
        "there is nothing called 'totl' to read here (did you mean 'total'?)",
    ),
    (wrong(Call(use="pear")), "there is no block 'pear' here (did you mean 'pair'?)"),
    (wrong(Call(use="os.system")), "'os.system' looks like a Python path, which is never imported"),
    (wrong(Reuse(of="emed")), "'new' reuses 'emed', and there is no such node here or around"),
    (wrong(Reuse(of="new")), "'new' reuses 'new', and there is no such node here or around"),
    (wrong(Repeat(count=-1, use="a/b")), "a repeat is not repeated -1 times"),
    (
        wrong(Repeat(count=Name("dim"), use="a/b")),
        "'dim' names 'dim', which is no param; write '$dim' for the param",
    ),
    (
        wrong(Call(use="a/b", inputs=Frozen({"": Ref("x"), "y": Ref("x")}))),
        "a wire without a port stands beside others; name its port",
    ),
    (wrong(Call(use="a/b", inputs=Frozen({"": Ref("new")}))), "cycle new -> new; a wire back in time"),
    (
        wrong(Scan(over="time", state=Frozen({"h": Zeros((-1,))}))),
        "the size of an axis is not negative, got -1",
    ),
    (wrong(Scan(over="a b")), "the name of an axis is letters, digits and underscores, got 'a b'"),
    (
        wrong(Scan(over="time", stack=Frozen({"out": Ref("embed")}))),
        "there is nothing called 'embed' to read here",
    ),
    (
        wrong(Call(use="a/b", settings=Frozen({"n": 2**63}))),
        "an integer beyond ±(2^63 - 1) cannot be written",
    ),
    (
        wrong(Call(use="a/b", settings=Frozen({"n": Op("+", 1, 1)}))),
        "'1 + 1' names no param; write the number that it is",
    ),
    (
        AddNode("#pair", "new", Call(use="pair")),
        "block 'pair' is or contains 'pair', and no block contains itself",
    ),
    (RemoveNode("", "emb"), "there is no node 'emb' here (did you mean 'embed'?)"),
    (RemoveNode("", "embed"), "'again' reuses 'embed'; remove it first, or let it reuse another node"),
    (RenameNode("", "one", "total"), "'total' is taken by a node"),
    (RenameNode("", "embed", "cell"), "'cell' is also a node inside 'walk', where 'embed' is referred to"),
    (RenameNode("walk", "cell", "embed"), "'walk.more' refers to the outer 'embed', which this would hide"),
    (ReplaceNode("", "embed", Call(use="a/b", inputs=Frozen({"": Ref("one")}))), CYCLE),
    (ReplaceNode("", "one", Call(use="a.b")), "'a.b' looks like a Python path"),
    (MoveNode("", "embd", (0, 0)), "there is nothing called 'embd' to move (did you mean 'embed'?)"),
    (SetField("", "stack", "cont", 3), "there is no field 'cont' here (did you mean 'count'?)"),
    (SetField("", "stack", "count", "3"), "'count' is a number or an expression of $params, not '3'"),
    (SetField("", "stack", "share", 1), "'share' is true or false, not 1"),
    (SetField("", "walk", "freeze", "maybe"), "'freeze' is true or false, not 'maybe'"),
    (SetField("walk", "more", "freeze", True), "there is no field 'freeze' here"),
    (SetField("", "", "name", " "), "the name of a graph is a word or a line of text"),
    (SetField("", "", "about", "\ud800"), "'about' holds half of a surrogate pair, which is no character"),
    (SetField("", "", "requires", ("a @ http://b",)), "'a @ http://b' names an address"),
    (SetField("", "", "causal", ("$time",)), "the name of an axis is letters, digits and underscores"),
    (SetField("", "again", "of", "agan"), "'again' reuses 'agan', and there is no such node here or around"),
    (SetField("", "embed", "use", "pear"), "there is no block 'pear' here (did you mean 'pair'?)"),
    (SetField("walk", "", "over", "time"), "the fields of a scan are set as those of a node, 'walk'"),
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


def test_a_block_may_be_used_by_a_block_that_it_does_not_use() -> None:
    after = AddNode("#spare", "inner", Call(use="pair")).change(base())
    with pytest.raises(EditError, match="block 'spare' is or contains 'pair', and no block contains itself"):
        AddNode("#pair", "inner", Call(use="spare")).change(after)
    assert isinstance(after, Graph)
