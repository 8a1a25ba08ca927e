"""What traces a model: ``torch.compile`` and ``torch.export`` find plain code without breaks."""

from __future__ import annotations

import copy
from typing import Any

import pytest
import torch
from torch import nn
from torch.export import Dim, export

from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph

pytestmark = pytest.mark.tracing


@pytest.fixture(autouse=True)
def fresh() -> None:
    torch.compiler.reset()


def compiled(model: nn.Module, backend: str = "eager") -> Any:
    """``torch.compile`` that refuses breaks; it is typed in part."""
    tracer: Any = torch
    return tracer.compile(model, fullgraph=True, backend=backend)


@pytest.mark.parametrize("name", ["gpt", "transformer"])
def test_a_graph_without_scans_compiles_whole(name: str) -> None:
    model = helpers.library(name).compile(**helpers.PRIMES[name], dtype=torch.float64)
    traced = compiled(model, "aot_eager")
    inputs = helpers.batch(name)
    torch.testing.assert_close(traced(*inputs), model(*inputs))
    helpers.backward((traced(*inputs),))
    ours = {key: gradient.clone() for key, gradient in helpers.gradients(model).items()}
    model.zero_grad()
    helpers.backward((model(*inputs),))
    for key, gradient in helpers.gradients(model).items():
        torch.testing.assert_close(ours[key], gradient, msg=key)


def test_a_mapping_and_names_compile_whole_too() -> None:
    model = helpers.library("transformer").compile(**helpers.PRIMES["transformer"])
    traced = compiled(model)
    inputs = helpers.batch("transformer")
    named = dict(zip(("source", "source_mask", "target"), inputs, strict=True))
    torch.testing.assert_close(traced(named), model(*inputs))
    torch.testing.assert_close(traced(**named), model(*inputs))


def test_a_scan_compiles_as_its_unrolled_loop() -> None:
    model = helpers.library("seq2seq_additive").compile(**helpers.PRIMES["seq2seq_additive"])
    traced = compiled(model)
    inputs = helpers.batch("seq2seq_additive")
    torch.testing.assert_close(tuple(traced(*inputs)), tuple(model(*inputs)))


def test_a_copy_compiles_as_well() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"])
    inputs = helpers.batch("gpt")
    twin: Any = copy.deepcopy(model)
    twin.compile(fullgraph=True, backend="eager")
    torch.testing.assert_close(twin(*inputs), model(*inputs))


@pytest.mark.parametrize("name", ["gpt", "transformer"])
def test_a_graph_without_scans_exports_with_dynamic_axes(name: str) -> None:
    model: nn.Module = helpers.library(name).compile(**helpers.PRIMES[name]).eval()
    assert isinstance(model, CompiledGraph)
    inputs = helpers.batch(name)
    batch, time, source = Dim("batch", min=1), Dim("time", min=1, max=11), Dim("source", min=1)
    shapes = (
        ({0: batch, 1: time},)
        if name == "gpt"
        else ({0: batch, 1: source}, {0: batch, 1: source}, {0: batch, 1: time})
    )
    program = export(model, inputs, dynamic_shapes=shapes, strict=False)
    other = tuple(tensor[:2, :3] for tensor in helpers.batch(name, seed=1))
    torch.testing.assert_close(program.module()(*other), model(*other))
