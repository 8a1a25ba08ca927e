"""Calling a model: every way that is meant works, every other one is told in a sentence."""

from __future__ import annotations

import re
from collections import UserDict
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph
from zoo.errors import InputError

PORTS = """
format: zoo/1
name: ports
params: {dim: 5}
inputs:
  x: float batch time $dim
  mask: optional bool batch time
  ids: int batch time
  next: float batch time+1 2*heads heads
  square: optional float side side
outputs: {y: add, z: next_tanh}
nodes:
  embed: {use: basic/embedding, with: {vocab: 7, dim: $dim}, in: ids}
  add: {use: basic/add, in: [x, embed]}
  next_tanh: {use: basic/tanh, in: next}
  pool: {use: basic/mean_pool, in: {x: x, mask: mask}}
  squared: {use: basic/tanh, in: square}
"""


@pytest.fixture(scope="module")
def model() -> CompiledGraph:
    return zoo.loads(PORTS.replace("  squared: {use: basic/tanh, in: square}\n", "")).compile()


def given(**changed: Any) -> dict[str, Any]:
    """Inputs that fit, but for what is changed."""
    inputs = {
        "x": torch.randn(2, 3, 5),
        "mask": torch.ones(2, 3, dtype=torch.bool),
        "ids": torch.zeros(2, 3, dtype=torch.int64),
        "next": torch.randn(2, 4, 14, 7),
        "square": torch.randn(3, 3),
    }
    return {name: value for name, value in {**inputs, **changed}.items() if value is not ...}


def test_every_way_of_calling_gives_the_same(model: CompiledGraph) -> None:
    inputs = given()
    expected = model(*inputs.values())
    assert type(expected).__name__ == "PortsOutput"
    assert expected._fields == ("y", "z")
    for found in (
        model(**inputs),
        model(inputs),
        model(UserDict(inputs)),
        model(inputs["x"], inputs["mask"], ids=inputs["ids"], next=inputs["next"]),
        model(inputs["x"], None, inputs["ids"], inputs["next"]),
    ):
        assert found.y.equal(expected.y)
        assert found.z.equal(expected.z)


def test_a_graph_of_one_input_and_one_output_takes_and_gives_a_tensor() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"])
    (tokens,) = helpers.batch("gpt")
    logits = model(tokens)
    assert isinstance(logits, Tensor)
    assert model({"tokens": tokens}).equal(logits)
    assert model(tokens.int()).equal(logits)


REFUSED: list[tuple[dict[str, Any], str]] = [
    (
        {"x": ...},
        "ports: the input 'x' is missing; its inputs are x (float batch time 5), mask (optional bool",
    ),
    ({"x": None}, "ports: the input 'x' is missing"),
    ({"idz": torch.zeros(1)}, "ports: there is no input 'idz' (did you mean 'ids'?)"),
    (
        {"x": [[1.0]]},
        "the input 'x' must be a tensor, float batch time 5, not a list; write torch.as_tensor(x)",
    ),
    (
        {"x": torch.randn(2, 3)},
        (
            "the input 'x' (float batch time 5) must have 3 axes, and float32 [2, 3] has 2; "
            "for a batch of one write x.unsqueeze(0)"
        ),
    ),
    (
        {"x": torch.randn(2, 3, 6)},
        (
            "the input 'x' (float batch time 5) must have 5 in axis 2, and float32 [2, 3, 6] "
            "has 6 there; give it 5"
        ),
    ),
    (
        {"x": torch.randn(2, 3, 5, dtype=torch.float64)},
        (
            "the input 'x' (float batch time 5) must hold float32, as the model's parameters are, "
            "not float64; write x.to(torch.float32)"
        ),
    ),
    (
        {"x": torch.zeros(2, 3, 5).long()},
        "the input 'x' (float batch time 5) must hold float32, as the model's",
    ),
    (
        {"mask": torch.ones(2, 3)},
        "the input 'mask' (optional bool batch time) must hold bools, not float32; write mask.bool()",
    ),
    (
        {"ids": torch.zeros(2, 3)},
        "the input 'ids' (int batch time) must hold ints, not float32; write ids.long()",
    ),
    ({"ids": torch.zeros(2, 3).bool()}, "the input 'ids' (int batch time) must hold ints, not bool"),
    (
        {"mask": torch.ones(4, 3).bool()},
        (
            "the inputs 'x' (float batch time 5) and 'mask' (optional bool batch time) share the axis "
            "'batch', and it is 2 in the first and 4 in the second; give both the same"
        ),
    ),
    (
        {"next": torch.randn(2, 5, 14, 7)},
        "must have time + 1 = 4 in axis 1, and float32 [2, 5, 14, 7] has 5",
    ),
    ({"next": torch.randn(2, 4, 15, 7)}, "must have heads * 2 = 14 in axis 2"),
    ({"square": torch.randn(3, 4)}, "share the axis 'side', and it is 3 in the first and 4 in the second"),
]


@pytest.mark.parametrize(("changed", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_what_does_not_fit_is_told(model: CompiledGraph, changed: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        model(given(**changed))
    with pytest.raises(TypeError):  # as any call that does not fit
        model(given(**changed))


def test_a_call_by_place_that_does_not_fit_is_told(model: CompiledGraph) -> None:
    inputs = given()
    with pytest.raises(InputError, match="it takes 5 inputs, not 6"):
        model(*inputs.values(), inputs["x"])
    with pytest.raises(InputError, match="'x' came twice, by place and by name"):
        model(inputs["x"], **inputs)
    with pytest.raises(InputError, match="the input 'x' is missing"):
        model()


def test_the_dtype_asked_for_is_that_of_the_moved_model(model: CompiledGraph) -> None:
    twin = zoo.loads(PORTS.replace("  squared: {use: basic/tanh, in: square}\n", "")).compile()
    assert twin(given()).y.dtype == torch.float32
    twin.double()
    with pytest.raises(InputError, match="must hold float64, as the model's parameters are, not float32"):
        twin(given())
    with torch.autocast("cpu", torch.bfloat16):
        model(given(x=torch.randn(2, 3, 5, dtype=torch.bfloat16)))


def test_hooks_see_the_inputs_in_order(model: CompiledGraph) -> None:
    seen: list[int] = []

    def hook(module: nn.Module, args: tuple[Any, ...]) -> None:
        seen.append(len(args))

    handle = model.register_forward_pre_hook(hook)
    model(given())
    handle.remove()
    assert seen == [5]
