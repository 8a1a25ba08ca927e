"""A frozen node computes as it did and lets gradients through; training leaves what it holds as it is."""

from __future__ import annotations

import copy
import pickle
import re
from typing import Any

import pytest
import torch
from torch import Tensor

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph
from zoo.ejecting import eject

BATCH, TIME = 3, 5
EVERY = """
format: zoo/1
name: every
params: {vocab: 11, dim: 7}
inputs: {tokens: int batch time, extra: float batch time $dim}
outputs: {logits: head}
blocks:
  half:
    inputs: {x: float batch time dim}
    outputs: {x: up}
    nodes:
      down: {use: basic/linear, with: {output: 5}, freeze: true, in: x}
      up: {use: basic/linear, with: {output: 7}, in: down}
  drawn:
    inputs: {x: float batch time dim}
    outputs: {out: walk}
    nodes:
      walk:
        scan:
          over: time
          each: {x: x}
          state: {h: learned batch 7}
          nodes:
            a: {use: basic/linear, with: {output: 7}, in: x}
            b: {use: basic/linear, with: {output: 7, bias: false}, freeze: true, in: h}
            add: {use: basic/add, in: [a, b]}
            tanh: {use: basic/tanh, in: add}
          next: {h: tanh}
          stack: {out: tanh}
nodes:
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, freeze: true, in: tokens}
  sum: {use: basic/add, in: [embed, extra]}
  first: {use: basic/linear, with: {output: $dim}, in: sum}
  one: {use: half, in: first}
  two: {use: half, freeze: true, in: one}
  stack: {repeat: 2, use: half, freeze: true, carry: {x: two}}
  walk:
    scan:
      over: time
      freeze: true
      each: {x: stack}
      state: {h: learned batch $dim, c: zeros batch $dim}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
  drawn: {use: drawn, in: walk}
  again: {reuse: first, in: drawn}
  drop: {use: basic/dropout, with: {p: 0.5}, in: again}
  head:
    use: basic/linear
    with: {output: $vocab, bias: false}
    freeze: true
    tie: {weight: embed.weight}
    in: drop
"""
FROZEN = ("embed.", "one.down.", "two.", "stack.", "walk.", "drawn.walk.b.", "head.")
FREE = [
    "first.weight",
    "first.bias",
    "one.up.weight",
    "one.up.bias",
    "drawn.walk.h",
    "drawn.walk.a.weight",
    "drawn.walk.a.bias",
]


def inputs() -> tuple[Tensor, Tensor]:
    draw = torch.Generator().manual_seed(0)
    extra = torch.randn(BATCH, TIME, 7, generator=draw, dtype=torch.float64)
    return torch.randint(11, (BATCH, TIME), generator=draw), extra.requires_grad_()


def learned(model: torch.nn.Module) -> list[str]:
    return [name for name, each in model.named_parameters() if each.requires_grad]


def ran(model: Any) -> tuple[Tensor, Tensor | None, dict[str, Tensor | None]]:
    """Its output, the gradient of an input that lies before what is frozen, and those of its parameters."""
    tokens, extra = inputs()
    out = model.eval()(tokens, extra)
    helpers.backward((out,))
    return out, extra.grad, {name: each.grad for name, each in model.named_parameters()}


def by_hand(model: CompiledGraph) -> CompiledGraph:
    """The same weights in the graph without a word of freezing, frozen by hand."""
    text = re.sub(r", freeze: true|\n +freeze: true", "", EVERY)
    assert "freeze" not in text
    plain = zoo.loads(text).compile(dtype=torch.float64, seed=1)
    assert learned(plain) == [name for name, _ in model.named_parameters()]
    plain.load_state_dict(model.state_dict())
    for name, parameter in plain.named_parameters():
        parameter.requires_grad_(not name.startswith(FROZEN))
    return plain


@pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning")  # torch's own, in its scan
@pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:.* is unrolled, and compiling it:UserWarning")
@pytest.mark.parametrize(
    "lowering",
    ["auto", "loop", *(pytest.param(name, marks=pytest.mark.tracing) for name in ("scan", "unroll"))],
)
def test_it_is_the_model_that_is_frozen_by_hand(lowering: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo.compiler.unrolled.UnrolledGraph.backend", "eager")
    model = zoo.loads(EVERY).compile(dtype=torch.float64, lowering=lowering)
    assert sorted(learned(model)) == sorted(FREE)
    found = ran(model)
    expected = ran(by_hand(model))
    torch.testing.assert_close(found, expected, rtol=1e-10, atol=1e-12)
    assert {name for name, gradient in found[2].items() if gradient is not None} == set(FREE)
    assert found[1] is not None


def test_it_stays_frozen_in_copies_and_can_be_freed_by_hand() -> None:
    graph = zoo.loads(EVERY)
    model = graph.compile()
    empty = graph.compile(device="meta")
    copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model)), empty, empty.to_empty(device="cpu")]
    assert all(sorted(learned(each)) == sorted(FREE) for each in copies)
    loaded = graph.compile(device="meta")
    loaded.load_state_dict(model.state_dict(), assign=True)
    assert sorted(learned(loaded)) == sorted(FREE)
    model.requires_grad_()
    assert len(learned(model)) == len(list(model.parameters()))


def test_dropout_in_a_frozen_block_drops_while_training() -> None:
    text = EVERY.replace("with: {p: 0.5}", "with: {p: 0.5}, freeze: true")
    model = zoo.loads(text).compile(dtype=torch.float64).train()
    found = model(*inputs())
    assert not torch.equal(found, model(*inputs()))


def test_an_ejected_file_and_a_stream_have_it_too() -> None:
    graph = zoo.loads(EVERY)
    model = graph.compile(dtype=torch.float64)
    names: dict[str, Any] = {"__name__": "ejected"}
    exec(compile(eject(graph), "ejected.py", "exec"), names)
    ejected = names["build"]().double()
    assert sorted(learned(ejected)) == sorted(FREE)
    ejected.load_state_dict(model.state_dict(), strict=False)
    torch.testing.assert_close(ran(ejected), ran(model), rtol=1e-10, atol=1e-12)

    model.zero_grad()
    stream = model.stream(batch=BATCH)
    pieces, _ = stream.feed(*inputs())
    helpers.backward((pieces,))
    assert {name for name, each in model.named_parameters() if each.grad is not None} == set(FREE)
