"""A tied parameter is one parameter, whatever is done to the model, and is saved once."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import nn

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph

TIED = """
format: zoo/1
name: tied
params: {vocab: 7, dim: 5}
inputs: {tokens: int batch time}
outputs: {logits: head, more: stack}
nodes:
  head: {use: basic/linear, with: {output: $vocab}, tie: {weight: embed.weight}, in: stack}
  stack:
    repeat: 3
    use: basic/linear
    with: {output: $dim, bias: false}
    tie: {weight: first.weight}
    carry: {x: first}
  first: {use: basic/linear, with: {output: $dim}, tie: {weight: square.weight}, in: square}
  square: {use: basic/linear, with: {output: $dim}, in: embed}
  embed: {use: basic/embedding, with: {vocab: $vocab, dim: $dim}, in: tokens}
"""
OWNERS = {
    "head.weight": "embed.weight",
    "stack.0.weight": "square.weight",
    "stack.1.weight": "square.weight",
    "stack.2.weight": "square.weight",
    "first.weight": "square.weight",
}


@pytest.fixture
def model() -> CompiledGraph:
    """A model with ties to a later node, through another tie, and of a whole repeat."""
    return zoo.loads(TIED).compile()


def assert_tied(model: nn.Module) -> None:
    for name, owner in OWNERS.items():
        assert model.get_parameter(name) is model.get_parameter(owner), name
    assert set(dict(model.named_parameters())) == set(model.state_dict())


def test_a_tied_parameter_is_one_and_saved_under_its_owner(model: CompiledGraph) -> None:
    assert_tied(model)
    assert set(model.state_dict()) == {
        "embed.weight", "square.weight", "square.bias", "first.bias", "head.bias",
    }  # fmt: skip


def test_it_stays_one_where_tensors_are_replaced(model: CompiledGraph) -> None:
    assert_tied(model.to(torch.float64))
    assert_tied(model.to("meta"))
    assert_tied(model.to_empty(device="cpu"))
    assert_tied(zoo.loads(TIED).compile(device="meta").to_empty(device="cpu"))


def test_it_stays_one_in_copies(model: CompiledGraph) -> None:
    assert_tied(copy.deepcopy(model))
    assert_tied(pickle.loads(pickle.dumps(model)))
    assert copy.deepcopy(model).get_parameter("embed.weight") is not model.get_parameter("embed.weight")


@pytest.mark.parametrize("assign", [False, True])
def test_it_stays_one_when_weights_are_loaded(model: CompiledGraph, assign: bool) -> None:
    other = zoo.loads(TIED).compile(seed=1)
    model.load_state_dict(other.state_dict(), assign=assign)
    assert_tied(model)
    assert model.get_parameter("head.weight").equal(other.get_parameter("embed.weight"))


def test_weights_saved_under_every_name_load_as_well(model: CompiledGraph) -> None:
    other = zoo.loads(TIED).compile(seed=1)
    every = dict(other.named_parameters(remove_duplicate=False))
    assert set(every) > set(other.state_dict())
    model.load_state_dict(every)
    assert_tied(model)
    del every["embed.weight"]
    model.load_state_dict(every)
    assert model.get_parameter("embed.weight").equal(other.get_parameter("embed.weight"))


def test_only_the_owner_is_missed(model: CompiledGraph) -> None:
    state = model.state_dict()
    del state["square.weight"], state["head.bias"]
    keys: Any = model.load_state_dict(state, strict=False)
    assert keys.missing_keys == ["head.bias", "square.weight"]
    outer = nn.Sequential(model)
    state = {f"0.{name}": tensor for name, tensor in state.items()}
    keys = outer.load_state_dict(state, strict=False)
    assert sorted(keys.missing_keys) == ["0.head.bias", "0.square.weight"]


def test_it_works_inside_another_module(model: CompiledGraph) -> None:
    outer = nn.Sequential(model, nn.Identity())
    assert set(outer.state_dict()) == {f"0.{name}" for name in model.state_dict()}
    outer.load_state_dict(nn.Sequential(zoo.loads(TIED).compile(seed=2)).state_dict(), assign=True)
    outer.to("meta").to_empty(device="cpu")
    assert_tied(model)


def test_safetensors_takes_and_gives_it(model: CompiledGraph, tmp_path: Path) -> None:
    files: Any = safetensors.torch  # it is typed in part
    files.save_file(model.state_dict(), tmp_path / "weights.safetensors")
    other = zoo.loads(TIED).compile(seed=3)
    other.load_state_dict(files.load_file(tmp_path / "weights.safetensors"))
    tokens = torch.arange(7).view(1, 7)
    assert other(tokens).logits.equal(model(tokens).logits)


def test_its_gradient_is_the_sum_of_all_its_uses() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"], dtype=torch.float64)
    (tokens,) = helpers.batch("gpt")
    helpers.backward((model(tokens),))
    whole = helpers.gradients(model)["embed.weight"].clone()
    model.zero_grad()
    head = helpers.part(model, "logits")
    del head._parameters["weight"]
    head.weight = nn.Parameter(model.get_parameter("embed.weight").detach().clone())
    helpers.backward((model(tokens),))
    parts = helpers.gradients(model)
    torch.testing.assert_close(parts["embed.weight"] + parts["logits.weight"], whole)


def test_an_owner_inside_a_block_and_a_repeat_is_found() -> None:
    graph = zoo.loads("""
        format: zoo/1
        name: inner
        inputs: {x: float batch 5}
        outputs: {y: back}
        blocks:
          net:
            inputs: {x: float batch dim}
            outputs: {y: class}
            nodes:
              class: {use: feedforward/ffn, with: {hidden: 3}, in: x}
        nodes:
          forward: {repeat: 2, use: net, carry: {x: x}}
          back: {use: basic/linear, with: {output: 5}, tie: {weight: last.weight}, in: last}
          last:
            use: basic/linear
            with: {output: 5, bias: false}
            in: bent
          bent:
            use: feedforward/ffn
            with: {hidden: 3}
            tie: {inner.weight: forward.1.class.inner.weight}
            in: forward
    """)
    model = graph.compile()
    assert model.get_parameter("bent.inner.weight") is model.get_parameter("forward_.1.class_.inner.weight")
    assert set(model.state_dict()) == set(dict(model.named_parameters()))
    assert "self.bent.inner.weight = self.forward_[1].class_.inner.weight" in model.source
