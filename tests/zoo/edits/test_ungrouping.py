"""Edits that put a block in the place of its use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.edit_strategies import edits
from tests.edit_texts import base, lines_changed
from tests.strategies import graphs
from zoo.edits import (
    Edit,
    GroupIntoBlock,
    Ungroup,
)
from zoo.errors import EditError
from zoo.files import dumps, loads
from zoo.graph import Graph, Reuse


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


def test_what_a_frozen_block_held_is_frozen() -> None:
    graph = loads(WALKS.replace("use: walks,", "use: walks, freeze: true,"))
    after = Ungroup("", "first").change(graph)
    assert [each.freeze for each in after.nodes.values() if not isinstance(each, Reuse)] == [
        False,
        True,
        False,
    ]


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
