"""Edits that make a block of nodes."""

import pytest

from tests.edit_texts import base, lines_changed
from zoo.edits import (
    Edit,
    GroupIntoBlock,
    port_of,
)
from zoo.errors import EditError
from zoo.files import loads
from zoo.files.words import parse_port
from zoo.graph import Call, Frozen, Ref
from zoo.sizes import symbol
from zoo.spec import TensorType

FLOAT = parse_port("float batch time $dim")


def test_a_block_is_made_of_what_the_cut_wires_say() -> None:
    """Params that are used become its params, what is read its inputs, what others read its outputs."""
    assert lines_changed(GroupIntoBlock("", ("one", "total"), "sum", types={Ref("embed"): FLOAT})) == [
        "- z: total",
        "+ z: sum",
        "+ sum:",
        "+ params: {dim: ~}",
        "+ inputs: {embed: float batch time $dim}",
        "+ outputs: {out: total}",
        "+ nodes:",
        "+ one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "+ total: {use: basic/add, in: [embed, one]}",
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "- total: {use: basic/add, in: [embed, one]}",
        "+ sum: {use: sum, with: {dim: $dim}, in: embed}",
        "- carry: {x: total}",
        "+ carry: {x: sum}",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "+ tie: {weight: embed.weight, bias: sum.one.first.bias}",
    ]


def test_a_block_in_a_scan_keeps_ties_to_the_nodes_around() -> None:
    """A tie out of the block is the new node's; several outputs are named by what they read."""
    edit = GroupIntoBlock(
        "walk",
        ("cell", "out"),
        "step",
        node="body",
        types={Ref(name): parse_port("float batch $dim") for name in ("x", "h", "c")},
    )
    assert lines_changed(edit) == [
        "+ step:",
        "+ params: {dim: ~}",
        "+ inputs: {x: float batch $dim, h: float batch $dim, c: float batch $dim}",
        "+ outputs: {cell_h: cell.h, cell_c: cell.c, out: out}",
        "+ nodes:",
        "+ cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "+ out: {use: basic/linear, in: cell.h}",
        "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "- out:",
        "- use: basic/linear",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "- in: cell.h",
        "- next: {h: cell.h, c: cell.c}",
        "- stack: {out: out}",
        "+ body:",
        "+ use: step",
        "+ with: {dim: $dim}",
        "+ tie: {out.weight: embed.weight, out.bias: one.first.bias}",
        "+ in: {x: x, h: h, c: c}",
        "+ next: {h: body.cell_h, c: body.cell_c}",
        "+ stack: {out: body.out}",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], '#step.cell': [3, 4], '#pair.first': [5, 6], walk.body: [3, 4]}",
    ]


def test_inputs_of_the_body_bring_their_own_types() -> None:
    graph = loads(
        "format: zoo/1\nname: n\ninputs: {x: float batch 8, m: optional bool batch}\noutputs: {y: b}\n"
        "nodes: {a: {use: p/a, in: {x: x, m: m}}, b: {use: p/b, in: a}}\n"
    )
    after = GroupIntoBlock("", ("a",), "alone").change(graph)
    assert after.blocks["alone"].inputs == graph.inputs
    assert after.nodes["alone"] == Call(use="alone", inputs=Frozen({"x": Ref("x"), "m": Ref("m")}))
    assert after.nodes["b"] == Call(use="p/b", inputs=Frozen({"": Ref("alone")}))


def test_the_type_of_a_wire_as_the_checker_knows_it() -> None:
    size = symbol("$dim") * 2
    assert str(port_of(TensorType("float", (symbol("batch"), size, 3)))) == "float batch $dim*2 3"
    assert port_of(TensorType("bool", ()), optional=True).optional


REFUSED_GROUPS: list[tuple[Edit, str]] = [
    (GroupIntoBlock("", (), "b"), "a block is made of at least one node, and none is given"),
    (GroupIntoBlock("", ("on",), "b"), "there is no node 'on' here (did you mean 'one'?)"),
    (GroupIntoBlock("", ("one",), "pair"), "there is already a block 'pair'"),
    (
        GroupIntoBlock("", ("one",), "a b"),
        "the name of a block is letters, digits and underscores, got 'a b'",
    ),
    (GroupIntoBlock("", ("one",), "total"), "'total' is taken by a node"),
    (GroupIntoBlock("", ("one",), "b"), "'embed' enters the block, and its type is not known"),
    (GroupIntoBlock("", ("embed",), "b"), "'again' reuses 'embed'; group both or neither"),
    (GroupIntoBlock("", ("embed", "again"), "b"), "'walk.more' reuses 'embed'; group both or neither"),
    (
        GroupIntoBlock("", ("embed", "total"), "b"),
        "a wire leaves these nodes and comes back through 'one'; group these too",
    ),
    (
        GroupIntoBlock("", ("one",), "cell", types={Ref("embed"): FLOAT}),
        "'walk.out' would find another 'cell'",
    ),
]


@pytest.mark.parametrize(
    ("edit", "message"), REFUSED_GROUPS, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_a_group_that_makes_no_block(edit: Edit, message: str) -> None:
    with pytest.raises(EditError) as caught:
        edit.apply(base())
    assert str(caught.value).startswith(message)
