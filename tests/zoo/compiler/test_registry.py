"""Layers of a registry of one's own, also those that no import finds."""

from __future__ import annotations

import copy
import pickle

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.compiler import CompiledGraph, compile_graph
from zoo.errors import GraphError
from zoo.packs import Registry

TEXT = """
format: zoo/1
name: own
inputs: {x: float batch 3}
outputs: {y: twice, z: both.first, w: both.second}
nodes:
  twice: {use: own/scale, with: {factor: 2}, in: x}
  both: {use: own/both, in: twice}
"""


@zoo.layer("own/scale")
class Scale(nn.Module):
    """A multiple."""

    def __init__(self, factor: float = 1.0, sizes: tuple[int, ...] = (), words: str = "") -> None:
        super().__init__()
        self.factor, self.sizes, self.words = factor, sizes, words

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x * self.factor


def local() -> type[nn.Module]:
    from typing import NamedTuple

    class Two(NamedTuple):
        first: Float[Tensor, "batch dim"]
        second: Float[Tensor, "batch dim"]

    @zoo.layer("own/both")
    class Both(nn.Module):
        """The same, twice."""

        def forward(self, x: Float[Tensor, "batch dim"]) -> Two:
            return Two(x, x + 1)

    return Both


def test_a_layer_that_no_import_finds_is_used_all_the_same() -> None:
    model = compile_graph(zoo.loads(TEXT), registry=Registry.of(Scale, local()))
    x = torch.randn(2, 3)
    found = model(x)
    assert found.y.equal(2 * x)
    assert found.z.equal(2 * x)
    assert found.w.equal(2 * x + 1)
    assert "local.<locals>.Both, which no import finds" in model.source
    assert "import Scale" in model.source
    assert copy.deepcopy(model)(x).w.equal(found.w)


def test_a_pickle_names_the_layers_of_its_registry() -> None:
    text = TEXT.replace(", z: both.first, w: both.second", "").replace(
        "  both: {use: own/both, in: twice}\n", ""
    )
    model = compile_graph(zoo.loads(text), registry=Registry.of(Scale))
    with pytest.raises(GraphError, match="own/scale"):
        zoo.loads(text).compile()
    twin: CompiledGraph = pickle.loads(pickle.dumps(model))
    x = torch.randn(2, 3)
    assert twin(x).equal(2 * x)


def test_settings_of_every_kind_are_written_as_they_are() -> None:
    settings = r"""{factor: .inf, sizes: [3], words: "it's \"so\"\n\\ {x} $$dim é \u2028"}"""
    text = TEXT.replace("{factor: 2}", settings)
    model = compile_graph(zoo.loads(text), registry=Registry.of(Scale, local()))
    layer = model.get_submodule("twice")
    assert isinstance(layer, Scale)
    assert layer.factor == float("inf")
    assert layer.sizes == (3,)
    assert layer.words == 'it\'s "so"\n\\ {x} $dim é \u2028'


def test_values_that_vary_may_be_tuples() -> None:
    text = TEXT.replace(
        "twice: {use: own/scale, with: {factor: 2}, in: x}",
        "twice: {repeat: 2, use: own/scale, vary: {sizes: [[3], [4, 5]], factor: [2, 1]}, carry: {x: x}}",
    )
    model = compile_graph(zoo.loads(text), registry=Registry.of(Scale, local()))
    layers = [layer for layer in model.modules() if isinstance(layer, Scale)]
    assert [layer.sizes for layer in layers] == [(3,), (4, 5)]
    assert [layer.factor for layer in layers] == [2, 1]
