"""Without gradients a model holds what is still read, and a handful more."""

import weakref
from typing import Any

import torch
from torch import Tensor, nn

import zoo
from zoo.compiler.liveness import HELD


def chain(length: int) -> zoo.Graph:
    """A residual stream of ``length`` nodes; the first of them is an output as well."""
    lines = [
        "format: zoo/1",
        "name: chain",
        "inputs: {x: float batch 3}",
        "nodes:",
        "  n0: {use: basic/linear, with: {output: 3}, in: x}",
    ]
    for place in range(1, length):
        before = f"n{place - 1}"
        lines.append(f"  n{place}: {{use: basic/add, in: [{before}, {before}]}}")
    lines.append(f"outputs: {{first: n0, last: n{length - 1}}}")
    return zoo.loads("\n".join(lines))


def test_of_many_results_a_handful_is_held() -> None:
    model = chain(40).compile().eval()
    results: list[weakref.ref[Tensor]] = []
    most = 0

    def look(_: nn.Module, __: Any, result: Tensor) -> None:
        nonlocal most
        results.append(weakref.ref(result))
        most = max(most, sum(each() is not None for each in results))

    for child in model.children():
        child.register_forward_hook(look)
    with torch.no_grad():
        first, last = model(torch.ones(2, 3))
    assert len(results) == 40
    assert most <= HELD + 3, model.source  # what is read, what is made, and the output
    assert torch.equal(last, first * 2.0**39)


def test_nothing_is_let_go_that_is_read_later() -> None:
    text = """
format: zoo/1
name: late
inputs: {x: float batch 3}
nodes:
  a: {use: basic/relu, in: x}
  b: {use: basic/relu, in: a}
  c: {use: basic/relu, in: b}
  d: {use: basic/relu, in: c}
  e: {use: basic/add, in: [a, b, c, d]}
  f: {use: basic/relu, in: e}
outputs: {out: f, again: a}
"""
    model = zoo.loads(text).compile()
    x = torch.randn(2, 3)
    out, again = model(x)
    assert torch.equal(out, 4 * x.relu())
    assert torch.equal(again, x.relu())
    assert "del b, c, d\n" in model.source
