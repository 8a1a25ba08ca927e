"""Layers that prepare: with what they have prepared or without, ``forward`` is the same function."""

import pytest
import torch
from torch import Tensor

import zoo
from tests.plugins.cases import Case, variants
from zoo.spec import LayerSpec

LAYERS = {name: spec for name, spec in zoo.registry().layers.items() if spec.prepares is not None}


def results(one: Case, *, prepared: bool) -> list[Tensor]:
    """Outputs, and the gradients of every input and parameter."""
    spec, layer = one.layer.__zoo_spec__, one.layer.eval()
    assert isinstance(spec, LayerSpec)
    assert spec.prepares is not None
    one = one.moved(lambda x: x.detach().requires_grad_() if x.is_floating_point() else x)
    flags = {name: True for name, port in spec.outputs.items() if port.on_demand}
    if prepared:
        ports = {name: one.inputs[name] for name in spec.prepares}
        flags["prepared"] = layer.prepare(**ports)  # pyright: ignore[reportCallIssue] - a method of some layers only
    found = list(one.run(**flags).values())
    leaves = [x for x in one.inputs.values() if isinstance(x, Tensor) and x.requires_grad]
    towards = [*leaves, *layer.parameters()]
    total = sum((x.sin() * x).sum() for x in found)
    assert isinstance(total, Tensor)
    return [*found, *torch.autograd.grad(total, towards)]


def test_there_are_layers_that_prepare() -> None:
    assert LAYERS.keys() >= {"attention/dot", "attention/multiplicative", "attention/additive"}


@pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)
def test_prepared_or_not_it_is_the_same(spec: LayerSpec) -> None:
    for one in variants(spec):
        for ours, theirs in zip(results(one, prepared=True), results(one, prepared=False), strict=True):
            assert torch.equal(ours, theirs)
