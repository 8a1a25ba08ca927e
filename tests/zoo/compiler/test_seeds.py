"""Initial weights: one seed a node, nobody else's random state, every dtype and device."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler.seeds import seed_of

GRAPH = """
format: zoo/1
name: seeds
inputs: {x: float batch 5}
outputs: {y: last}
nodes:
  first: {use: basic/linear, with: {output: 5}, in: x}
  deep: {repeat: 3, use: basic/linear, with: {output: 5}, carry: {x: first}}
  last: {use: basic/linear, with: {output: 5}, in: deep}
"""


def weights(text: str, seed: int = 0) -> dict[str, torch.Tensor]:
    return zoo.loads(text).compile(seed=seed).state_dict()


def test_the_same_seed_gives_the_same_weights_and_another_one_others() -> None:
    first, again, other = weights(GRAPH), weights(GRAPH), weights(GRAPH, 1)
    for name, tensor in first.items():
        assert tensor.equal(again[name])
        assert not tensor.equal(other[name])
    assert not first["deep.0.weight"].equal(first["deep.1.weight"])


def test_changing_a_node_leaves_the_start_of_all_others() -> None:
    changed = GRAPH.replace(
        "  last:", "  extra: {use: feedforward/ffn, with: {hidden: 9}, in: deep}\n  last:"
    )
    changed = changed.replace("in: deep}\n", "in: extra}\n").replace(
        "hidden: 9}, in: extra", "hidden: 9}, in: deep"
    )
    before, after = weights(GRAPH), weights(changed)
    assert set(before) < set(after)
    for name, tensor in before.items():
        assert tensor.equal(after[name]), name


def test_more_layers_begin_as_the_fewer_did() -> None:
    graph = helpers.library("gpt")
    params: dict[str, Any] = {**helpers.PRIMES["gpt"], "layers": 5}
    few, many = graph.compile(**helpers.PRIMES["gpt"]), graph.compile(**params)
    for name, parameter in few.named_parameters():
        assert parameter.equal(many.get_parameter(name))


def test_the_seed_of_a_node_is_the_same_everywhere() -> None:
    assert seed_of(0, "encoder.0.cell") == 260451762480258831
    assert seed_of(1, "encoder.0.cell") != seed_of(0, "encoder.1.cell") != seed_of(0, "encoder.0.cell")


def test_the_random_state_of_the_caller_stays_as_it_was() -> None:
    before = torch.get_rng_state()
    helpers.library("gpt").compile(**helpers.PRIMES["gpt"], seed=5)
    assert torch.get_rng_state().equal(before)


def test_a_compile_that_fails_leaves_no_trace_either() -> None:
    before = torch.get_rng_state()
    params: dict[str, Any] = {**helpers.PRIMES["gpt"], "heads": 5}
    with pytest.raises(zoo.errors.GraphError):
        helpers.library("gpt").compile(**params)
    assert torch.get_rng_state().equal(before)
    assert torch.get_default_dtype() == torch.float32


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16, torch.float16])
def test_every_floating_parameter_and_result_has_the_dtype(dtype: torch.dtype) -> None:
    for name in helpers.PRIMES:
        model = helpers.library(name).compile(dtype=dtype, **helpers.PRIMES[name])
        assert {parameter.dtype for parameter in model.parameters()} == {dtype}
        results = helpers.outputs(model, helpers.batch(name))
        assert {result.dtype for result in results} == {dtype}
        assert all(result.isfinite().all() for result in results)


def test_sixteen_bits_begin_as_thirty_two_rounded() -> None:
    graph, params = helpers.library("gpt"), helpers.PRIMES["gpt"]
    wide, narrow = graph.compile(**params), graph.compile(**params, dtype=torch.bfloat16)
    for ours, theirs in zip(wide.parameters(), narrow.parameters(), strict=True):
        assert ours.to(torch.bfloat16).equal(theirs)


def test_without_an_argument_torch_s_defaults_hold() -> None:
    with torch.device("meta"):
        assert zoo.loads(GRAPH).compile().get_parameter("last.weight").is_meta
    torch.set_default_dtype(torch.float64)
    try:
        assert zoo.loads(GRAPH).compile().get_parameter("last.weight").dtype == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("name", helpers.PRIMES)
def test_on_the_meta_device_a_model_has_shapes_and_no_memory(name: str) -> None:
    graph, params = helpers.library(name), helpers.PRIMES[name]
    real, meta = graph.compile(**params), graph.compile(**params, device="meta")
    assert all(parameter.is_meta for parameter in meta.parameters())
    assert [(n, p.shape) for n, p in meta.named_parameters()] == [
        (n, p.shape) for n, p in real.named_parameters()
    ]
    meta.to_empty(device="cpu")
    for module in meta.modules():  # for what a state_dict does not hold
        if callable(reset := getattr(module, "reset_parameters", None)):
            reset()
    meta.load_state_dict(real.state_dict())
    inputs = helpers.batch(name)
    for ours, theirs in zip(helpers.outputs(meta, inputs), helpers.outputs(real, inputs), strict=True):
        assert ours.equal(theirs)
