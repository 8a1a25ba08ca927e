"""Params that a compile overrides, and those without a value."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import pytest

from tests.zoo.checker.helpers import TRANSFORMER, resolved, told, types, use

OPEN = """
params: {dim: ~}
inputs: {x: float batch time $dim}
outputs: {out: lin}
nodes:
  lin: {use: basic/linear, with: {output: 2 * $dim}, in: x}
"""


def test_params_override_the_graphs_own() -> None:
    found = resolved(TRANSFORMER, params={"layers": 96, "dim": 20, "vocab": 31})
    assert found.ok
    assert len(use(found, "encoder").each) == 96
    assert found.params["dim"] == 20
    assert str(found.root.shown(found.root.types["logits"])) == "float batch target 31"  # pyright: ignore[reportArgumentType] - it is known here


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"layer": 2}, "t.yaml:1:1: the graph has no param 'layer' (did you mean 'layers'?)"),
        ({"layers": [2]}, "t.yaml:5:63: the param 'layers' is a number, a text, true or false, got list"),
        ({"vocab": None}, "t.yaml:5:10: the param 'vocab' has no value; give it one: compile(vocab=…)"),
    ],
)
def test_what_cannot_be_overridden_so(params: dict[str, Any], said: str) -> None:
    assert told(TRANSFORMER, params=params) == [said]


def test_a_graph_without_params_says_so() -> None:
    text = "inputs: {x: float batch 5}\noutputs: {out: x}\n"
    assert told(text, params={"dim": 2}) == ["t.yaml:1:1: the graph has no param 'dim'; it has no params"]


def test_a_param_without_a_value_is_missed_only_when_the_graph_is_compiled() -> None:
    assert told(OPEN) == []
    assert types(OPEN) == {"lin.out": "float batch time (?dim * 2)"}
    assert told(OPEN, params={}) == ["t.yaml:4:10: the param 'dim' has no value; give it one: compile(dim=…)"]
    assert told(OPEN, params={"dim": 7}) == []
    assert types(OPEN, params={"dim": 7}) == {"lin.out": "float batch time 14"}


def test_true_is_no_size_and_one_is_no_truth() -> None:
    text = TRANSFORMER.replace("causal: true, dropout", "causal: 1, dropout")
    said = "t.yaml:49:64: node 'decoder.0.attend.attend': 'causal' is true or false, got 1 (from $causal)"
    assert told(text) == [said]
    assert told(TRANSFORMER, params={"dim": True}) != []


def test_blocks_without_a_use_are_checked_for_what_can_be_known() -> None:
    text = """
inputs: {x: float batch 5}
outputs: {out: x}
blocks:
  outer:
    params: {hidden: ~}
    inputs: {x: float batch time dim, y: float batch source dim}
    outputs: {out: add}
    nodes:
      inner: {use: inner, with: {hidden: $hidden}, in: x}
      add: {use: basic/add, in: [inner, y]}
      five: {use: basic/linear, with: {output: 5}, in: add}
  inner:
    params: {hidden: 3}
    inputs: {x: float batch time dim}
    outputs: {out: ffn}
    nodes:
      ffn: {use: feedforward/ffn, with: {hidden: $hidden, droput: 0.5}, in: x}
      pick: {use: basic/pick, in: x}
      wrong: {use: basic/add, in: [pick, x]}
"""
    warnings: list[str] = []
    errors: list[str] = []
    for problem in told(text):
        (warnings if ": warning: " in problem else errors).append(problem)
    # time may be source, and nobody says what `hidden` is; but two axes are never three
    hint = "feedforward/ffn has no setting 'droput' (did you mean 'dropout'?)"
    types = "expected float batch dim, got float batch time dim: 2 axes expected, not 3"
    types += "; see the type of the input 'x': float batch time dim"
    assert errors == [
        f"t.yaml:20:59: node '#outer.inner.ffn': {hint}",
        f"t.yaml:22:42: #outer.inner.wrong.b: {types}",
    ]
    said = "nothing reads 'five'; wire it, make it an output, or remove it"
    assert warnings == [f"t.yaml:14:7: warning: node '#outer.five': {said}"]


def test_a_distribution_that_is_too_old() -> None:
    here = version("pydantic")
    text = TRANSFORMER.replace("name: transformer\n", "name: transformer\nrequires: ['pydantic>=99']\n")
    said = f"this graph requires pydantic>=99, and pydantic {here} is installed"
    assert told(text) == [f't.yaml:3:12: warning: {said}; pip install "pydantic>=99"']
