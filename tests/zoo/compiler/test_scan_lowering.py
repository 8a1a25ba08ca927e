"""The lowering ``scan``: the loop's function, forward and backward, and ``torch.export`` keeps it whole."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.export import Dim, export

import zoo
from tests.zoo.compiler import helpers
from tests.zoo.compiler.test_hoisting import Parts, scans
from tests.zoo.compiler.test_scans import LSTM, MASK, REVERSED, randn
from zoo.compiler import CompiledGraph
from zoo.graph import Graph

pytestmark = [
    pytest.mark.tracing,
    # torch's tracer looks at all that a step sees, and hides what it warns itself of, unless warnings raise.
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
]

X = randn(3, 11, 5)

CROSSED = """
format: zoo/1
name: crossed
inputs: {x: float batch time 5, y: float batch 5 time, mask: bool time batch}
outputs: {sums: s.sums, last: s.last, before: s.before}
nodes:
  s:
    scan:
      over: time
      each: {x: x, y: y}
      mask: mask
      reverse: true
      state: {last: learned batch 5}
      nodes:
        sum: {use: basic/add, in: [x, y, last]}
        bent: {use: basic/tanh, in: sum}
      next: {last: bent}
      stack: {sums: sum, before: last}
      final: {last: last}
"""
"""Cut at different places, masked, walked from the end; a state is stacked before it changes."""

ALIKE = """
format: zoo/1
name: alike
inputs: {x: float batch time 5, mask: bool batch time, k: float batch 5, table: float batch rows 5}
outputs: {out: s.out, kept: s.kept, a: s.a, b: s.b}
nodes:
  s:
    scan:
      over: time
      each: {x: x, y: x}
      state: {a: k, b: k, deep: table}
      mask: mask
      const: {k: k, l: k, keys: table, values: table}
      nodes:
        attend: {use: attention/multiplicative, in: {query: a, keys: keys, values: values}}
        sum: {use: basic/add, in: [x, y, a, b, k, l, attend.out]}
        bent: {use: basic/tanh, in: sum}
      next: {a: b, b: bent, deep: deep}
      stack: {out: bent, kept: deep}
      final: {a: a, b: b}
"""
"""Everything comes from the same few tensors; states swap, and have several ranks."""

COUNTED = """
format: zoo/1
name: counted
inputs: {tokens: int batch time}
outputs: {h: s.h, free: t.free}
nodes:
  s:
    scan:
      over: time
      each: {token: tokens}
      state: {h: zeros batch 3}
      nodes: {more: {use: basic/sigmoid, in: h}}
      next: {h: more}
      final: {h: h}
  t:
    scan:
      over: time
      each: {token: tokens}
      nodes:
        one: {use: basic/embedding, with: {vocab: 7, dim: 3}, in: token}
        free: {use: recurrent/gru_cell, in: {x: one, h: one}}
      stack: {free: free}
"""
"""A scan that reads nothing of its steps, and one without states."""

NESTED = """
format: zoo/1
name: nested
inputs: {x: float batch time 3, y: float batch rows cols 3}
outputs: {out: walk.out}
nodes:
  flat: {use: basic/last, in: x}
  shared: {use: basic/linear, with: {output: 3}, in: flat}
  walk:
    scan:
      over: rows
      each: {row: y}
      state: {h: shared}
      nodes:
        inner:
          scan:
            over: cols
            each: {v: row}
            state: {g: h}
            nodes:
              again: {reuse: shared, in: v}
              add: {use: basic/add, in: [again, g]}
            next: {g: add}
            final: {g: g}
        deep: {reuse: shared, in: inner.g}
      next: {h: deep}
      stack: {out: deep}
"""
"""A scan in a scan, with a module lent from outside."""

LONG = {"reversed", "learned", "mask left out", "nested"}
CASES: dict[str, tuple[str, tuple[Tensor, ...]]] = {
    "masked": (LSTM, (X, MASK)),
    "mask left out": (LSTM, (X,)),
    "reversed": (REVERSED, (X, MASK)),
    "learned": (LSTM.replace("h: zeros batch", "h: learned batch"), (X, MASK)),
    "crossed": (CROSSED, (X, randn(3, 5, 11), MASK.t())),
    "alike": (ALIKE, (X, MASK, randn(3, 5), randn(3, 4, 5))),
    "counted": (COUNTED, (torch.arange(6).view(2, 3),)),
    "nested": (NESTED, (randn(2, 7, 3), randn(2, 3, 4, 3))),
}
PARAMS = [pytest.param(case, marks=pytest.mark.long if case in LONG else ()) for case in CASES]


@pytest.fixture(autouse=True)
def fresh() -> None:
    torch.compiler.reset()


def lowered(graph: Graph, **params: Any) -> tuple[CompiledGraph, CompiledGraph]:
    """The model as a loop and by ``scan``, with the same weights, none of which is zero."""
    loop = graph.compile(dtype=torch.float64, lowering="loop", **params)
    with torch.no_grad():
        for parameter in loop.parameters():
            parameter.add_(0.1)
    scan = graph.compile(dtype=torch.float64, lowering="scan", **params)
    scan.load_state_dict(loop.state_dict())
    return loop.eval(), scan.eval()


@pytest.mark.parametrize("case", PARAMS)
def test_it_is_the_loop_in_outputs_and_every_gradient(case: str) -> None:
    text, inputs = CASES[case]
    loop, scan = lowered(zoo.loads(text))
    assert " = scan(" in scan.source
    assert {way.way for way in scan.explain()} == {"scan"}
    leaves: list[list[Tensor]] = []
    for model in (loop, scan):
        given = [x.clone().requires_grad_(x.is_floating_point()) for x in inputs]
        leaves.append(given)
        helpers.backward(tuple(x for x in helpers.outputs(model, tuple(given)) if x.requires_grad))
    with torch.no_grad():
        found, expected = helpers.outputs(scan, inputs), helpers.outputs(loop, inputs)
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-12)
    ours, theirs = helpers.gradients(scan), helpers.gradients(loop)
    assert list(ours) == list(theirs)
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)
    for one, other in zip(*leaves, strict=True):
        if one.grad is not None and other.grad is not None:
            torch.testing.assert_close(one.grad, other.grad, rtol=0, atol=1e-12)
        else:  # an input on which nothing depends
            assert all(x.grad is None or not x.grad.any() for x in (one, other))


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_it_is_exported_for_every_size(case: str) -> None:
    text, inputs = CASES[case]
    _, scan = lowered(zoo.loads(text))
    free = [dict.fromkeys(range(x.dim()), Dim.AUTO) for x in inputs]
    program = export(scan, inputs, dynamic_shapes=tuple(free), strict=False)
    assert "torch.ops.higher_order.scan" in str(program.graph_module.code)
    axes: dict[str, int] = {"batch": 4, "time": 13, "rows": 5, "cols": 6}
    other = tuple(
        resized(x, type_, axes) for x, type_ in zip(inputs, zoo.loads(text).inputs.values(), strict=False)
    )
    torch.testing.assert_close(program.module()(*other), scan(*other))


def resized(x: Tensor, port: Any, axes: dict[str, int]) -> Tensor:
    """The tensor repeated and cut to other sizes."""
    for at, axis in enumerate(map(str, port.shape)):
        if axis in axes:
            x = torch.cat([x] * axes[axis], at).narrow(at, 0, axes[axis])
    return x


@pytest.mark.long
@settings(max_examples=5, deadline=None)
@given(parts=scans(), masked=st.booleans())
def test_any_scan_is_the_loop(parts: Parts, masked: bool) -> None:
    torch.compiler.reset()
    loop, scan = lowered(zoo.loads(parts[0]))
    mask = torch.tensor([[True] * 5, [True, False, True, False, False]]) if masked else None
    inputs: tuple[Any, ...] = (randn(2, 5, 3), randn(2, 5, 3) + 1, randn(2, 3), mask)
    torch.testing.assert_close(
        helpers.outputs(scan, inputs), helpers.outputs(loop, inputs), rtol=0, atol=1e-12
    )


def test_its_source_reads_as_a_person_would_write_it() -> None:
    source = zoo.loads(LSTM).compile(device="meta", lowering="scan").source
    assert source[source.index("        h = x.new_zeros") :].startswith(
        """\
        h = x.new_zeros(x.shape[0], self.hidden)
        c = x.new_zeros(x.shape[0], self.hidden)
        cell_module = self.cell

        def step(states, steps):
            h, c = states
            x_t, mask_t = steps
            cell = cell_module(x_t, h, c)
            outs = (cell.h,)
            if mask_t is None:
                h, c = cell.h, cell.c
            else:
                h, c = torch.where(mask_t, cell.h, h), torch.where(mask_t, cell.c, c)
            return (h, c), outs

        (h, c), (out,) = scan(
            step, (h, c), (x, None if mask is None else mask.unsqueeze(-1)), dim=1
        )
"""
    )
    assert "from zoo.recurrence import scan\n" in source


def test_a_node_may_be_called_scan() -> None:
    text = LSTM.replace("cell", "scan").replace("lstm_scan", "lstm_cell")
    loop, scan = lowered(zoo.loads(text))
    assert "from zoo.recurrence import scan as scan_" in scan.source
    torch.testing.assert_close(tuple(scan(X, MASK)), tuple(loop(X, MASK)))
