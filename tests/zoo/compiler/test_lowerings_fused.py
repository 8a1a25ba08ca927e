"""The fused lowering: a scan of cells is the loop in one call, and whatever is something else is declined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph, compile_graph
from zoo.packs import Registry

GRAPH = """
format: zoo/1
name: walk
params: {{hidden: 5}}
inputs:
  x: float batch time 3
  mask: bool batch time
  first: float batch 5
outputs: {{{outputs}}}
nodes:
  walk:
    scan:
      over: time
      {mask}
      {reverse}
      each: {{x: x}}
      state: {state}
      nodes:
        {nodes}
      next: {next}
      stack: {{out: {out}}}
      final: {final}
"""
LSTM = {
    "state": "{h: zeros batch $hidden, c: learned batch $hidden}",
    "nodes": "cell: {use: recurrent/lstm_cell, with: {hidden: $hidden}, in: {x: x, h: h, c: c}}",
    "next": "{h: cell.h, c: cell.c}",
    "out": "cell.h",
    "final": "{h: h, c: c}",
    "outputs": "out: walk.out, h: walk.h, c: walk.c",
}
GRU = {
    "state": "{h: first}",
    "nodes": "cell: {use: recurrent/gru_cell, with: {hidden: $hidden}, in: {x: x, h: h}}",
    "next": "{h: cell}",
    "out": "cell",
    "final": "{h: h}",
    "outputs": "out: walk.out, h: walk.h",
}
RELU = {
    **GRU,
    "nodes": GRU["nodes"].replace("gru_cell", "rnn_cell").replace("with: {", "with: {activation: relu, "),
}
STACK = {
    "state": "{h: zeros batch 5, c: zeros batch 5, top: first}",
    "nodes": """
        wide: {use: basic/linear, with: {output: 7}, in: x}
        cell: {use: recurrent/lstm_cell, with: {hidden: 5}, in: {x: wide, h: h, c: c}}
        bend: {use: basic/tanh, in: cell.h}
        both: {use: basic/concat, in: [bend, x]}
        upper: {use: recurrent/gru_cell, with: {hidden: 5}, in: {x: both, h: top}}
        shown: {use: basic/linear, with: {output: 4}, in: upper}""",
    "next": "{h: cell.h, c: cell.c, top: upper}",
    "out": "shown",
    "final": "{top: top, c: c}",
    "outputs": "out: walk.out, h: walk.top, c: walk.c",
}
"""Cells one behind the other, with nodes before, between and behind them."""


def text(parts: Mapping[str, str], *, mask: bool = False, reverse: bool = False) -> str:
    return GRAPH.format(
        mask="mask: mask" if mask else "", reverse="reverse: true" if reverse else "", **parts
    )


def compiled(source: str, lowering: str) -> CompiledGraph:
    model = zoo.loads(source).compile(dtype=torch.float64, lowering=lowering)
    assert isinstance(model, CompiledGraph)
    return model


def inputs(padding: float) -> dict[str, Tensor]:
    """Four sequences: whole, with a hole, with padding in front and behind, and empty."""
    draw = torch.Generator().manual_seed(0)
    mask = torch.tensor([[1] * 7, [1, 0, 1, 1, 0, 0, 1], [0, 1, 1, 1, 0, 0, 0], [0] * 7]).bool()
    x = torch.randn(4, 7, 3, generator=draw, dtype=torch.float64).masked_fill(~mask.unsqueeze(-1), padding)
    return {"x": x, "mask": mask, "first": torch.randn(4, 5, generator=draw, dtype=torch.float64)}


def ran(model: CompiledGraph, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The outputs, and the gradients of every parameter and of every float that came in."""
    given = {name: x.clone().requires_grad_(x.is_floating_point()) for name, x in given.items()}
    found: Any = model(given)
    helpers.backward(tuple(found))
    grads = {name: x.grad for name, x in given.items() if x.grad is not None}
    return {**found._asdict(), **grads, **helpers.gradients(model)}


def assert_equal(found: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        assert tensor.isfinite().all()
        torch.testing.assert_close(found[name], tensor, rtol=1e-10, atol=1e-10, msg=name)


@pytest.mark.parametrize("reverse", [False, True], ids=["forward", "reverse"])
@pytest.mark.parametrize("mask", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("parts", [LSTM, GRU, RELU, STACK], ids=["lstm", "gru", "relu", "stack"])
def test_it_is_the_loop_in_one_call(parts: Mapping[str, str], mask: bool, reverse: bool) -> None:
    source = text(parts, mask=mask, reverse=reverse)
    loop, fused = compiled(source, "loop"), compiled(source, "fused")
    assert [way.way for way in fused.explain()] == ["fused"]
    assert ".unbind(" not in fused.source
    assert list(fused.state_dict()) == list(loop.state_dict())
    fused.load_state_dict(loop.state_dict())
    given = inputs(float("nan") if mask else 0.5)
    assert_equal(ran(fused, given), ran(loop, given))


def test_its_source_is_what_one_would_write() -> None:
    model = compiled(
        text({**LSTM, "state": "{h: first, c: zeros batch $hidden}"}, mask=True, reverse=True), "auto"
    )
    body = model.source.partition("def forward")[2].partition("return")[0]
    assert body.splitlines()[1:-1] == [
        "        c = x.new_zeros(x.shape[0], self.hidden)",
        "        out, last = self.cell.fused(x, h, c, mask, reverse=True)",
    ]


@zoo.layer("own/total")
class Total(nn.Module):
    """The sum over the last axis."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any"]:
        return x.sum(-1)


ACROSS = """
format: zoo/1
name: across
inputs: {x: float batch time 3, mask: bool batch time}
outputs: {out: walk}
nodes:
  walk:
    scan:
      over: batch
      mask: mask
      each: {x: x}
      state: {h: zeros time 5}
      nodes:
        from_x: {use: basic/linear, with: {output: 5}, in: x}
        from_h: {use: basic/linear, with: {output: 5}, in: h}
        both: {use: basic/add, in: [from_x, from_h]}
        drawn: {use: basic/tanh, in: both}
        cell: {use: recurrent/rnn_cell, with: {hidden: 5}, in: {x: x, h: h}}
        total: {use: own/total, in: CELL}
        share: {use: basic/softmax, in: total}
      next: {h: CELL}
      stack: {out: share}
"""
"""A walk over sequences, whose steps stand beside one another, and a node that mixes these."""


@pytest.mark.parametrize("cell", ["cell", "drawn"])
def test_what_mixes_sequences_behind_a_cell_keeps_a_masked_scan_a_loop(cell: str) -> None:
    """A kernel gives zeros at padding, where a loop gives what the cell makes of zeros: a softmax over both
    would let the difference show in real steps.
    """
    layers = Registry.of(Total, *(spec.cls for spec in zoo.registry().layers.values()))
    unread = "drawn" if cell == "cell" else "cell"
    lines = [line for line in ACROSS.replace("CELL", cell).splitlines() if f" {unread}: " not in line]
    if cell == "cell":
        lines = [line for line in lines if not line.lstrip().startswith(("from_", "both"))]
    source = "\n".join(lines)
    given = {name: inputs(float("nan"))[name] for name in ("x", "mask")}
    found: list[Tensor] = []
    for text_ in (source, source.replace("basic/softmax", "basic/tanh")):
        loop, auto = (
            compile_graph(zoo.loads(text_), dtype=torch.float64, registry=layers, lowering=each)
            for each in ("loop", "auto")
        )
        found += [loop(given), auto(given)]
        mixes = text_ is source
        assert auto.explain()["walk"].way == ("loop" if mixes else "fused")
        said = "'share' mixes sequences, of which some may be padding at a step"
        assert (said in auto.explain()["walk"].reason) == (mixes and cell == "cell")
    torch.testing.assert_close(found[1], found[0])
    torch.testing.assert_close(found[3], found[2])


TIME_FIRST = """
format: zoo/1
name: time_first
inputs: {x: float time batch 3, mask: bool time batch}
outputs: {out: walk.out, h: walk.h}
nodes:
  walk:
    scan:
      over: time
      mask: mask
      each: {x: x}
      state: {h: zeros batch 5}
      nodes:
        cell: {use: recurrent/rnn_cell, with: {hidden: 5}, in: {x: x, h: h}}
      next: {h: cell}
      stack: {out: cell}
      final: {h: h}
"""


def test_time_may_come_first() -> None:
    given = {name: x.transpose(0, 1) for name, x in inputs(0.5).items() if name != "first"}
    loop, fused = compiled(TIME_FIRST, "loop"), compiled(TIME_FIRST, "fused")
    assert fused.explain()["walk"].way == "fused"
    assert_equal(ran(fused, given), ran(loop, given))


CELL = GRU["nodes"]
DECLINED: dict[str, tuple[dict[str, str], str]] = {
    "paper": (
        {**GRU, "nodes": CELL.replace("with: {", "with: {reset_after: false, ")},
        "'cell' (recurrent/gru_cell): no kernel resets before the matrix (reset_after: false)",
    ),
    "sigmoid": (
        {**RELU, "nodes": RELU["nodes"].replace("relu", "sigmoid")},
        "'cell' (recurrent/rnn_cell): no kernel has activation 'sigmoid'",
    ),
    "changed state": (
        {
            **GRU,
            "nodes": CELL + "\n        bend: {use: basic/tanh, in: cell}",
            "next": "{h: bend}",
            "out": "bend",
        },
        "the state 'h' goes on as 'bend.out', not as 'cell.out'",
    ),
    "crossed states": (
        {**LSTM, "next": "{h: cell.c, c: cell.h}"},
        "the state 'h' goes on as 'cell.c', not as 'cell.h'",
    ),
    "fed back": (
        {
            **GRU,
            "nodes": """
        both: {use: basic/concat, in: [x, h]}
        cell: {use: recurrent/gru_cell, with: {hidden: 5}, in: {x: both, h: h}}""",
        },
        "'both' (basic/concat) reads the state 'h', and has no fused way",
    ),
    "shared state": (
        {
            **GRU,
            "nodes": CELL
            + "\n        other: {use: recurrent/rnn_cell, with: {hidden: 5}, in: {x: cell, h: h}}",
            "out": "other",
        },
        "the state 'h' goes on as 'cell.out', not as 'other.out'",
    ),
    "old states shown": ({**GRU, "out": "h"}, "something reads the state 'h' as it was before each step"),
    "cell shown": ({**LSTM, "out": "cell.c"}, "something reads 'cell.c' at every step, and all at once"),
    "input is a state": (
        {**GRU, "nodes": "cell: {use: recurrent/gru_cell, with: {hidden: 5}, in: {x: h, h: h}}"},
        "'cell.x' reads the state 'h'",
    ),
    "counter": (
        {
            **GRU,
            "state": "{h: first, n: zeros batch 5}",
            "nodes": CELL + "\n        sum: {use: basic/add, in: [cell, n]}",
            "next": "{h: cell, n: sum}",
        },
        "'sum' (basic/add) reads the state 'n', and has no fused way",
    ),
}


@pytest.mark.parametrize("case", DECLINED)
def test_what_is_not_cells_alone_stays_a_loop_and_says_why(case: str) -> None:
    parts, reason = DECLINED[case]
    way = compiled(text(parts), "auto").explain()["walk"]
    assert way.way == "loop"
    assert way.reason.startswith(f"not fused: {reason}")


@zoo.layer("own/sum_cell")
class SumCell(nn.Module):
    """A running sum, which needs no steps."""

    def forward(
        self, x: Float[Tensor, "batch dim"], h: Float[Tensor, "batch dim"]
    ) -> Float[Tensor, "batch dim"]:
        return h + x

    def fused(
        self,
        x: Float[Tensor, "batch time dim"],
        h: Float[Tensor, "batch dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch dim"]]:
        real = x if mask is None else torch.where(mask.unsqueeze(-1), x, 0)
        steps = h.unsqueeze(1) + (real.flip(1) if reverse else real).cumsum(1)
        out = steps.flip(1) if reverse else steps
        return out if mask is None else torch.where(mask.unsqueeze(-1), out, 0), steps[:, -1]


def test_a_cell_of_ones_own_runs_in_one_call_too() -> None:
    parts = {
        **GRU,
        "state": "{h: zeros batch 3}",
        "nodes": "cell: {use: own/sum_cell, in: {x: x, h: h}}",
    }
    source = text(parts, mask=True, reverse=True).replace("  first: float batch 5\n", "")
    layers = Registry.of(SumCell)
    loop, fused = (
        compile_graph(zoo.loads(source), dtype=torch.float64, registry=layers, lowering=lowering)
        for lowering in ("loop", "auto")
    )
    assert fused.explain()["walk"].way == "fused"
    given = {name: x for name, x in inputs(float("nan")).items() if name != "first"}
    assert_equal(ran(fused, given), ran(loop, given))
