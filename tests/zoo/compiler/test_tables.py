"""Tables, which no state_dict holds, are there whenever a model has its weights."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.compiler import CompiledGraph, compile_graph
from zoo.packs import Registry

GRAPH = """\
format: zoo/1
name: slopes
inputs: {x: float batch time 3}
outputs: {out: slope, h: walk.h}
nodes:
  slope: {use: lab/slope, in: x}
  more: {repeat: 2, use: lab/slope, carry: {x: slope}}
  walk:
    scan:
      over: time
      each: {x: more}
      state: {h: zeros batch 3}
      nodes: {next: {use: basic/add, in: [x, h]}, slope: {use: lab/slope_step, in: next}}
      next: {h: slope}
      final: {h: h}
"""


def _table(dim: int) -> Tensor:
    return torch.linspace(1, 2, dim).sqrt()


@zoo.layer("lab/slope")
class Slope(nn.Module):
    """A table beside a weight, as many people write it."""

    slopes: Tensor

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(dim))
        self.inner = nn.Module()
        self.inner.register_buffer("slopes", _table(dim), persistent=False)

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x * self.weight * self.inner.get_buffer("slopes")


@zoo.layer("lab/slope_step")
class SlopeStep(nn.Module):
    """The same for a step."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.register_buffer("slopes", _table(dim), persistent=False)

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x * self.get_buffer("slopes")


def compiled(device: str) -> CompiledGraph:
    registry = Registry.of(Slope, SlopeStep, zoo.registry().layers["basic/add"].cls)
    return compile_graph(zoo.loads(GRAPH), device=device, dtype=torch.float64, registry=registry)


def emptied(model: nn.Module, state: dict[str, Tensor]) -> None:
    model.to_empty(device="cpu")
    model.load_state_dict(state)


def assigned(model: nn.Module, state: dict[str, Tensor]) -> None:
    model.load_state_dict(state, assign=True)


def emptied_inside(model: nn.Module, state: dict[str, Tensor]) -> None:
    outer = nn.Sequential(model)
    outer.to_empty(device="cpu")
    outer.load_state_dict({f"0.{name}": tensor for name, tensor in state.items()})


def itself(model: CompiledGraph) -> CompiledGraph:
    return model


def pickled(model: CompiledGraph) -> CompiledGraph:
    return pickle.loads(pickle.dumps(model))


def copied(model: CompiledGraph) -> CompiledGraph:
    return copy.deepcopy(model)


@pytest.mark.parametrize("fill", [emptied, assigned, emptied_inside])
@pytest.mark.parametrize("way", [itself, copied, pickled])
def test_a_model_of_the_meta_device_has_its_tables_with_its_weights(
    fill: Callable[[nn.Module, dict[str, Tensor]], None], way: Callable[[CompiledGraph], CompiledGraph]
) -> None:
    model, x = compiled("cpu"), torch.randn(3, 5, 3).double()
    assert not [name for name in model.state_dict() if "slopes" in name]
    late: Any = way(compiled("meta"))
    torch.default_generator.manual_seed(1)
    before = torch.default_generator.get_state()
    fill(late, model.state_dict())
    assert torch.equal(torch.default_generator.get_state(), before)
    for ours, theirs in zip(late(x), model(x), strict=True):
        assert torch.equal(ours, theirs)
    assert late.slope.inner.slopes.dtype is torch.float64
    assert late.state_dict().keys() == model.state_dict().keys()


def test_a_model_that_is_emptied_has_its_tables() -> None:
    model, x = compiled("cpu"), torch.randn(3, 5, 3).double()
    expected, state = model(x), copy.deepcopy(model.state_dict())
    emptied(model, state)
    assert torch.equal(model(x).h, expected.h)


def test_moving_keeps_tables_as_they_are() -> None:
    model: Any = compiled("cpu")
    model.slope.inner.slopes.fill_(7)
    model.to(torch.float32)
    assert model.slope.inner.slopes.eq(7).all()
