"""Transforms of ``torch.func`` over compiled graphs: they say what ``backward`` says, over padding too."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

import zoo

func: Any = torch.func  # torch types it in part
GRAPH = """
format: zoo/1
name: transformed
inputs: {x: float batch time 3, mask: bool batch time}
outputs: {out: node.out}
nodes:
  node: NODE
"""
SCAN = """
    scan:
      over: time
      mask: mask
      each: {x: x}
      state: {h: zeros batch 5}
      nodes: {cell: {use: recurrent/gru_cell, with: {hidden: 5}, in: {x: x, h: h}}}
      next: {h: cell}
      stack: {out: cell}"""
TEXTS = {
    "a scan": GRAPH.replace("NODE", SCAN),
    "a layer": GRAPH.replace(
        "NODE", "{use: recurrent/gru, with: {hidden: 5, bidirectional: true}, in: {x: x, mask: mask}}"
    ),
    "a linear scan": GRAPH.replace("NODE", "{use: recurrent/min_gru, with: {hidden: 5}, in: x}").replace(
        ", mask: bool batch time", ""
    ),
}


@pytest.mark.long
@pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning")  # jvp's own, when it is loaded
@pytest.mark.filterwarnings("ignore:There is a performance drop:UserWarning")  # vmap goes row by row there
@pytest.mark.parametrize("kind", TEXTS)
def test_transforms_say_what_backward_says(kind: str) -> None:
    model = zoo.loads(TEXTS[kind]).compile(dtype=torch.float64)
    x = torch.randn(4, 7, 3, dtype=torch.float64)
    mask = torch.tensor([[1] * 7, [1, 0, 1, 1, 0, 0, 1], [0, 1, 1, 1, 0, 0, 0], [0] * 7]).bool()
    given = (x,) if kind == "a linear scan" else (x, mask)
    weights = {name: each.detach() for name, each in model.named_parameters()}

    def loss(weights: dict[str, Tensor], *given: Tensor) -> Tensor:
        return func.functional_call(model, weights, given).sin().sum()

    def of_one(weights: dict[str, Tensor], *given: Tensor) -> Tensor:
        return loss(weights, *(each.unsqueeze(0) for each in given))

    total: Any = loss(dict(model.named_parameters()), *given)
    total.backward()
    expected: dict[str, Any] = {name: each.grad for name, each in model.named_parameters()}
    whole = func.grad(loss)(weights, *given)
    torch.testing.assert_close(whole, expected)
    single = func.vmap(func.grad(of_one), in_dims=(None, *(0 for _ in given)))(weights, *given)
    torch.testing.assert_close({name: each.sum(0) for name, each in single.items()}, expected)
    values = func.vmap(of_one, in_dims=(None, *(0 for _ in given)))(weights, *given)
    torch.testing.assert_close(values.sum(), loss(weights, *given))
    direction = {name: torch.randn_like(each) for name, each in weights.items()}

    def of_weights(weights: dict[str, Tensor]) -> Tensor:
        return loss(weights, *given)

    _, slope = func.jvp(of_weights, (weights,), (direction,))
    torch.testing.assert_close(slope, sum((expected[name] * each).sum() for name, each in direction.items()))
