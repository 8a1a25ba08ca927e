"""Edits of blocks: grouping and ungrouping, stacking, and the blocks themselves."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edit_strategies import edits
from tests.edit_texts import base, lines_changed
from tests.strategies import graphs
from zoo.edits import (
    AddBlock,
    Compound,
    Edit,
    GroupIntoBlock,
    RemoveBlock,
    RenameBlock,
    Ungroup,
    Unwrap,
    WrapInRepeat,
    port_of,
)
from zoo.errors import EditError
from zoo.files import dumps, loads
from zoo.files.words import parse_port
from zoo.graph import Block, Call, Frozen, Graph, Ref, Repeat
from zoo.sizes import Name, symbol
from zoo.spec import TensorType

FLOAT = parse_port("float batch time $dim")

# -------------------------------------------------------------------------------------------------- grouping


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


# ------------------------------------------------------------------------------------------------ ungrouping


def test_a_block_is_put_in_the_place_of_its_use() -> None:
    """Params get their values, wires go through, ties are led, and the block stays for its other uses."""
    assert lines_changed(Ungroup("", "one")) == [
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "- total: {use: basic/add, in: [embed, one]}",
        "+ first: {use: basic/linear, with: {output: $dim * 2, bias: true}, in: embed}",
        "+ second: {use: basic/add, in: [embed, first]}",
        "+ total: {use: basic/add, in: [embed, second]}",
        "- tie: {weight: embed.weight, bias: one.first.bias}",
        "+ tie: {weight: embed.weight, bias: first.bias}",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6], first: [5, 6]}",
    ]


WALKS = """\
format: zoo/1
name: walks
inputs: {x: float batch target 8, m: bool batch target}
outputs: {a: first.out, b: first.last}
blocks:
  walks:
    params: {dim: ~, way: false}
    inputs: {x: float batch time width, mask: optional bool batch time}
    outputs: {out: walk.out, last: walk.h, same: x}
    nodes:
      walk:
        scan:
          over: time
          each: {x: x}
          mask: mask
          state: {h: zeros batch $dim, w: zeros batch width}
          nodes: {cell: {use: p/cell, with: {way: $way}, in: {x: x, h: h, w: w}}}
          next: {h: cell.h, w: cell.w}
          stack: {out: cell.h}
          final: {h: h}
nodes:
  walk: {use: p/other, in: x}
  first: {use: walks, with: {dim: 4}, tie: {walk.cell.weight: walk.weight}, in: {x: x}}
  after: {use: p/after, in: first.same}
"""


def test_axes_of_the_block_get_the_names_they_have_outside() -> None:
    """What is not wired inside goes, taken names get the node's in front, and an unused block goes."""
    graph = loads(WALKS)
    after = Ungroup("", "first").change(graph)
    assert dumps(after) == (
        """\
format: zoo/1
name: walks
inputs: {x: float batch target 8, m: bool batch target}
outputs: {a: first_walk.out, b: first_walk.h}
nodes:
  walk: {use: p/other, in: x}
  first_walk:
    scan:
      over: target
      each: {x: x}
      state: {h: zeros batch 4, w: zeros batch 8}
      nodes:
        cell: {use: p/cell, with: {way: false}, tie: {weight: walk.weight}, in: {x: x, h: h, w: w}}
      next: {h: cell.h, w: cell.w}
      stack: {out: cell.h}
      final: {h: h}
  after: {use: p/after, in: x}
"""
    )
    assert "walks" in Ungroup("", "first", keep=True).change(graph).blocks


def test_boxes_of_the_block_are_placed_around_the_one_that_stood_for_it() -> None:
    graph = loads(
        "format: zoo/1\nname: n\nblocks: {b: {nodes: {p: {use: p/a}, q: {use: p/b}}}}\n"
        "nodes: {u: {use: b}, v: {use: b}}\n"
        "layout: {u: [10, 20], '#b.p': [0, 0], '#b.q': [4, 2]}\n"
    )
    after = Ungroup("", "u").change(graph)
    assert after.layout == {"#b.p": (0, 0), "#b.q": (4, 2), "p": (8, 19), "q": (12, 21)}
    last = Ungroup("", "v").change(after)
    assert last.layout == {"p": (8, 19), "q": (12, 21), "v_p": (0, 0), "v_q": (4, 2)}


def spoil(text: str, old: str, new: str) -> Graph:
    assert old in text
    return loads(text.replace(old, new))


REFUSED_UNGROUPS: list[tuple[Graph, Edit, str]] = [
    (base(), Ungroup("", "embed"), "'embed' is a layer; only a use of a block of this file is ungrouped"),
    (base(), Ungroup("", "stack"), "'stack' is a repeat; only a use of a block of this file is ungrouped"),
    (
        spoil(WALKS, "after: {use: p/after, in: first.same}", "after: {reuse: first, in: {x: x}}"),
        Ungroup("", "first"),
        "'after' reuses 'first', and a reuse needs one node to be of",
    ),
    (
        spoil(WALKS, "with: {dim: 4}", "with: {way: true}"),
        Ungroup("", "first"),
        "'first' gives no value for 'dim' of block 'walks'; set it first",
    ),
    (
        spoil(WALKS, "with: {dim: 4}", "with: {dim: 4, dmi: 3}"),
        Ungroup("", "first"),
        "'first' sets 'dmi', which its block does not have; unset it first",
    ),
    (
        spoil(WALKS, "in: {x: x}}\n  after", "in: {y: x}}\n  after"),
        Ungroup("", "first"),
        "block 'walks' has no input for the wire to 'first.y'; mend it first",
    ),
    (
        spoil(WALKS, "first.same", "first.smae"),
        Ungroup("", "first"),
        "'first.smae' is read, and block 'walks' has no such output; mend that first",
    ),
    (
        spoil(WALKS, "walk.cell.weight: walk", "walk.sell.weight: walk"),
        Ungroup("", "first"),
        "the tie to 'walk.weight' meets no parameter in the block; untie it first",
    ),
    (
        spoil(WALKS, "in: {x: x}}\n  after", "in: {x: walk}}\n  after"),
        Ungroup("", "first"),
        "a scan in the block names the axis 'batch', and the type of 'walk' is not known",
    ),
    (
        spoil(WALKS, "float batch target 8", "float batch 7 8"),
        Ungroup("", "first"),
        "a scan over 'time' would walk over '7', which is no axis",
    ),
]


@pytest.mark.parametrize(
    ("graph", "edit", "message"),
    REFUSED_UNGROUPS,
    ids=lambda value: value[:50] if isinstance(value, str) else "",
)
def test_a_node_that_cannot_be_ungrouped(graph: Graph, edit: Edit, message: str) -> None:
    with pytest.raises(EditError) as caught:
        edit.apply(graph)
    assert str(caught.value).startswith(message)


@settings(max_examples=settings().max_examples // 3)
@given(data=st.data())
def test_ungrouping_undoes_grouping(data: st.DataObject) -> None:
    """The nodes are the same again; only their order in the file may have changed."""
    graph = data.draw(graphs())
    group = data.draw(edits(graph, GroupIntoBlock))
    assert isinstance(group, GroupIntoBlock)
    grouped, _ = group.apply(graph)
    assert loads(dumps(grouped)) == grouped
    ungrouped, _ = Ungroup(group.scope, group.block, types=group.types).apply(grouped)
    assert ungrouped == graph


# -------------------------------------------------------------------------------------------------- stacking


def test_wrap_in_a_repeat() -> None:
    assert lines_changed(WrapInRepeat("", "one", 3)) == [
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "+ one: {repeat: 3, use: pair, with: {width: $dim * 2}, carry: {x: embed}}",
    ]
    assert lines_changed(WrapInRepeat("walk", "cell", Name("$dim"), ("h", "c"))) == [
        "- cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
        "+ cell: {repeat: $dim, use: recurrent/lstm_cell, carry: {h: h, c: c}, in: {x: x}}",
    ]
    after = WrapInRepeat("walk", "out", 2, ("x",)).change(base()).body("walk").nodes["out"]
    assert isinstance(after, Repeat)
    assert after.carry == {"x": Ref("cell", "h")}
    assert after.tie == {"weight": "embed.weight", "bias": "one.first.bias"}


def test_unwrapping_undoes_wrapping() -> None:
    assert lines_changed(Unwrap("walk", "cell"), WrapInRepeat("walk", "cell", 3, ("x",)).change(base())) == [
        "- cell: {repeat: 3, use: recurrent/lstm_cell, carry: {x: x}, in: {h: h, c: c}}",
        "+ cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}",
    ]


def test_a_stack_of_several_nodes_is_a_group_that_is_repeated() -> None:
    edit = Compound(
        (
            GroupIntoBlock("", ("one", "total"), "layer", types={Ref("embed"): FLOAT}),
            WrapInRepeat("", "layer", 6),
        ),
        "repeat one, total 6 times",
    )
    after = edit.change(base())
    assert after.nodes["layer"] == Repeat(
        count=6, use="layer", settings=Frozen({"dim": Name("$dim")}), carry=Frozen({"embed": Ref("embed")})
    )


REFUSED: list[tuple[Edit, str]] = [
    (WrapInRepeat("", "stack", 2), "'stack' is a repeat; only a layer or a block is repeated"),
    (WrapInRepeat("", "walk", 2), "'walk' is a scan; only a layer or a block is repeated"),
    (
        WrapInRepeat("", "embed", 2),
        "it is not plain which wire goes from layer to layer of 'embed'; name its port",
    ),
    (
        WrapInRepeat("walk", "out", 2, ("",)),
        "what a repeat carries goes by the name of a port, and one has none",
    ),
    (WrapInRepeat("walk", "cell", 2), "it is not plain which wire goes from layer to layer of 'cell'"),
    (WrapInRepeat("walk", "cell", 2, ("y",)), "'cell' has no wire to 'y' that could be carried"),
    (WrapInRepeat("", "total", 2, ("x",)), "'total.x' reads several outputs; only a single wire is carried"),
    (WrapInRepeat("", "one", -2), "a repeat is not repeated -2 times"),
    (Unwrap("", "one"), "'one' is a block, not a repeat"),
    (Unwrap("", "stack"), "the layers of 'stack' differ in 'bias'; set it for all first"),
    (AddBlock("pair", Block()), "there is already a block 'pair'"),
    (AddBlock("a b", Block()), "the name of a block is letters, digits and underscores, got 'a b'"),
    (AddBlock("new", Block(outputs=Frozen({"y": Ref("x")}))), "there is nothing called 'x' to read here"),
    (AddBlock("new", Block(nodes=Frozen({"n": Call(use="new")}))), "block 'new' is or contains 'new'"),
    (RemoveBlock("pair"), "block 'pair' is used by one, stack; remove these first"),
    (RemoveBlock("spar"), "there is no block 'spar' here (did you mean 'spare'?)"),
    (RenameBlock("spare", "pair"), "there is already a block 'pair'"),
]


@pytest.mark.parametrize(
    ("edit", "message"), REFUSED, ids=lambda value: value[:50] if isinstance(value, str) else ""
)
def test_what_does_not_fit_is_refused(edit: Edit, message: str) -> None:
    with pytest.raises(EditError) as caught:
        edit.apply(base())
    assert str(caught.value).startswith(message)


# ---------------------------------------------------------------------------------------------------- blocks


def test_add_remove_and_rename_blocks() -> None:
    assert lines_changed(AddBlock("empty", Block(about="Nothing"), 0)) == [
        "+ empty:",
        "+ about: Nothing",
    ]
    assert lines_changed(RemoveBlock("spare")) == ["- spare: {}"]
    assert lines_changed(RenameBlock("pair", "twice")) == [
        "- pair:",
        "+ twice:",
        "- one: {use: pair, with: {width: $dim * 2}, in: embed}",
        "+ one: {use: twice, with: {width: $dim * 2}, in: embed}",
        "- use: pair",
        "+ use: twice",
        "- layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}",
        "+ layout: {embed: [1, 2], walk.cell: [3, 4], '#twice.first': [5, 6]}",
    ]


def test_the_words_of_the_undo_history() -> None:
    described = [
        GroupIntoBlock("", ("one", "total"), "sum"),
        Ungroup("walk", "body"),
        WrapInRepeat("", "one", Name("$layers")),
        Unwrap("", "stack"),
        AddBlock("empty", Block()),
        RemoveBlock("spare"),
        RenameBlock("pair", "twice"),
    ]
    assert [edit.describe() for edit in described] == [
        "group one, total into sum",
        "ungroup walk.body",
        "repeat one $layers times",
        "unwrap stack",
        "add block empty",
        "remove block spare",
        "rename block pair to twice",
    ]
