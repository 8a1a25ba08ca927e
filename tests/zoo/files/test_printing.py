"""The canonical form: what a person would have written, the same however often it is formatted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.edit_strategies import edits
from tests.strategies import graphs
from tests.zoo.files.test_reader import EVERYTHING
from tests.zoo.files.texts import FEWER, TEXTS, comments
from zoo.errors import GraphError
from zoo.files import dumps, fmt, loads, read
from zoo.files.printer import WIDTH
from zoo.graph import Block, Call, Frozen, Graph, Learned, Ref, Repeat, Reuse, Scan, Zeros
from zoo.sizes import Name
from zoo.spec import Port
from zoo.values import identical

BATCH, TIME, DIM = Name("batch"), Name("time"), Name("$dim")

DRAWN = Graph(
    name="drawn",
    about="A sentence that is so long that it does not fit on a line of a hundred columns and so is folded "
    "over two.",
    requires=("zoo-attention>=1.2",),
    causal=("time",),
    params=Frozen(dim=8, rate=1e-4),
    inputs=Frozen(x=Port("float", (BATCH, TIME, DIM)), mask=Port("bool", (BATCH, TIME), optional=True)),
    outputs=Frozen(y=Ref("head")),
    blocks=Frozen(
        part=Block(
            params=Frozen(n=None),
            inputs=Frozen(x=Port("float", (BATCH, 4))),
            outputs=Frozen(out=Ref("a")),
            nodes=Frozen(
                a=Call(use="basic/linear", settings=Frozen(output=Name("$n")), inputs=Frozen({"": Ref("x")}))
            ),
        ),
        other=Block(nodes=Frozen(b=Call(use="basic/tanh"))),
    ),
    nodes=Frozen(
        norm=Call(use="norm/layer_norm", inputs=Frozen({"": Ref("x")})),
        walk=Scan(
            over="time",
            each=Frozen(x=Ref("norm")),
            mask=Ref("mask"),
            state=Frozen(h=Zeros((BATCH, DIM)), c=Learned((DIM,))),
            nodes=Frozen(
                cell=Call(
                    use="recurrent/lstm_cell",
                    settings=Frozen(hidden=DIM),
                    inputs=Frozen(x=Ref("x"), h=Ref("h"), c=Ref("c")),
                ),
            ),
            next=Frozen(h=Ref("cell", "h"), c=Ref("cell", "c")),
            stack=Frozen(out=Ref("cell", "h")),
        ),
        deep=Repeat(count=3, use="part", settings=Frozen(n=4), carry=Frozen(x=Ref("walk", "out"))),
        again=Reuse(of="norm", inputs=Frozen({"": Ref("deep")})),
        head=Call(
            use="basic/linear",
            settings=Frozen(output=DIM, bias=False),
            inputs=Frozen({"a_long_name_of_a_port": (Ref("again"), Ref("deep", "out"))}),
            tie=Frozen(weight="deep.0.a.weight"),
        ),
    ),
    layout=Frozen({"walk.cell": (3, 1)}),
)

PRINTED = """\
format: zoo/1
name: drawn
about: >-
  A sentence that is so long that it does not fit on a line of a hundred columns and so is folded
  over two.
requires: [zoo-attention>=1.2]
causal: [time]

params: {dim: 8, rate: 1e-4}

inputs:
  x: float batch time $dim
  mask: optional bool batch time
outputs:
  y: head

blocks:
  part:
    params: {n: ~}
    inputs: {x: float batch 4}
    outputs: {out: a}
    nodes:
      a: {use: basic/linear, with: {output: $n}, in: x}

  other:
    nodes:
      b: {use: basic/tanh}

nodes:
  norm: {use: norm/layer_norm, in: x}

  walk:
    scan:
      over: time
      each: {x: norm}
      mask: mask
      state: {h: zeros batch $dim, c: learned $dim}
      nodes:
        cell: {use: recurrent/lstm_cell, with: {hidden: $dim}, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}

  deep:
    repeat: 3
    use: part
    with: {n: 4}
    carry: {x: walk.out}
  again: {reuse: norm, in: deep}
  head:
    use: basic/linear
    with: {output: $dim, bias: false}
    tie: {weight: deep.0.a.weight}
    in: {a_long_name_of_a_port: [again, deep.out]}

layout:
  walk.cell: [3, 1]
"""


def test_a_graph_without_a_text_is_printed_as_a_person_writes() -> None:
    assert dumps(DRAWN) == PRINTED
    assert identical(loads(PRINTED), DRAWN)


@pytest.mark.parametrize("name", [*TEXTS, "everything", "printed"])
def test_formatting_keeps_meaning_and_comments_and_is_done_once(name: str) -> None:
    text = {**TEXTS, "everything": EVERYTHING, "printed": PRINTED}[name]
    once = fmt(text)
    assert identical(read(once).graph, read(text).graph)
    assert comments(once) == comments(text)
    assert fmt(once) == once
    assert once.startswith("\ufeff") == text.startswith("\ufeff")


def test_what_is_printed_is_formatted() -> None:
    assert fmt(PRINTED) == PRINTED


@FEWER
@given(graphs())
def test_any_graph_is_printed_and_read_back(graph: Graph) -> None:
    text = dumps(graph)
    assert identical(loads(text), graph)
    assert fmt(text) == text


@FEWER
@given(st.data())
def test_any_edited_text_is_formatted(data: st.DataObject) -> None:
    graph = loads(TEXTS[data.draw(st.sampled_from(sorted(TEXTS)))])
    for _ in range(data.draw(st.integers(0, 3))):
        graph = data.draw(edits(graph)).apply(graph)[0]
    text = dumps(graph)
    once = fmt(text)
    assert identical(loads(once), graph)
    assert comments(once) == comments(text)
    assert fmt(once) == once


def test_lines_are_not_too_long() -> None:
    for text in TEXTS.values():
        code = [line.split("  #")[0] for line in fmt(text).splitlines() if not line.lstrip().startswith("#")]
        assert max(map(len, code)) <= WIDTH


def test_sections_and_keys_come_into_order() -> None:
    text = "nodes: {a: {in: x, use: p/q}}\ninputs: {x: float batch}\nname: x\nformat: zoo/1\n"
    assert fmt(text) == (
        "format: zoo/1\nname: x\n\ninputs:\n  x: float batch\n\nnodes:\n  a: {use: p/q, in: x}\n"
    )


def test_a_comment_goes_with_its_entry() -> None:
    text = (
        "# head\nnodes:\n  # about a\n  a:\n    in: x   # the wire\n    use: p/q\n    # end of a\n"
        "  # end of nodes\nname: x\nformat: zoo/1\n# tail\n"
    )
    assert fmt(text) == (
        "format: zoo/1\nname: x\n\n# head\nnodes:\n  # about a\n  a:\n    use: p/q\n    in: x   # the wire\n"
        "    # end of a\n  # end of nodes\n# tail\n"
    )


def test_groups_keep_one_blank_line_between_them() -> None:
    text = "format: zoo/1\nname: x\nnodes:\n\n  a: {use: p/q}\n  b: {use: p/q}\n\n\n\n  c: {use: p/q}\n"
    assert fmt(text).endswith("nodes:\n  a: {use: p/q}\n  b: {use: p/q}\n\n  c: {use: p/q}\n")


def test_a_text_with_errors_is_not_formatted() -> None:
    with pytest.raises(GraphError, match="has no key 'nodse'"):
        fmt("format: zoo/1\nname: x\nnodse: {}\n")
