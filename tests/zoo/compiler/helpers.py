"""Graphs for the compiler's tests: from text, from the library, and what people write by hand in their
place.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn

import zoo
from zoo.compiler import CompiledGraph
from zoo.compiler.driver import make_unit
from zoo.compiler.materialise import materialise
from zoo.compiler.scans import loop
from zoo.compiler.unit import Recipe

ROOT = Path(__file__).resolve().parents[3]
PRIMES: dict[str, dict[str, Any]] = {
    "gpt": {"vocab": 29, "context": 11, "dim": 6, "heads": 3, "hidden": 13, "layers": 2, "dropout": 0.0},
    "transformer": {"vocab": 23, "dim": 10, "heads": 5, "hidden": 17, "layers": 3, "dropout": 0.0},
    "seq2seq_additive": {"vocab": 19, "dim": 7, "attention": 5},
}
"""Params that tell every axis from the others."""


def library(name: str) -> zoo.Graph:
    """A graph of the library."""
    return zoo.load(zoo.registry().graphs[name])


def handwritten(name: str) -> ModuleType:
    """A module of ``benchmarks/handwritten``, which is no installed package."""
    folder = ROOT / "benchmarks" / "handwritten"
    full = f"handwritten.{name}"
    if full not in sys.modules:
        for title, file in (("handwritten", folder / "__init__.py"), (full, folder / f"{name}.py")):
            spec = importlib.util.spec_from_file_location(title, file)
            assert spec is not None
            assert spec.loader is not None
            module = sys.modules[title] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
    return sys.modules[full]


def without_hoisting(graph: zoo.Graph, **params: Any) -> CompiledGraph:
    """The graph with every node of a scan inside its loop."""
    unit = make_unit(Recipe(graph, params), write_scan=loop.lowering(hoist=False))
    model = materialise(unit, torch.device("cpu"), torch.float64, 0)
    assert isinstance(model, CompiledGraph)
    return model


def batch(name: str, seed: int = 0) -> tuple[Tensor, ...]:
    """Inputs of odd sizes for a graph of ``PRIMES``: 3 examples, one of them whole, one of a single token."""
    draw = torch.Generator().manual_seed(seed)
    vocab = PRIMES[name]["vocab"]
    target = torch.randint(vocab, (3, 7), generator=draw)
    if name == "gpt":
        return (target,)
    mask = torch.arange(11) < torch.tensor([11, 4, 1]).unsqueeze(1)
    return torch.randint(vocab, (3, 11), generator=draw), mask, target


def outputs(model: nn.Module, inputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """What a model returns, as a tuple."""
    found: Any = model(*inputs)
    return (found,) if isinstance(found, Tensor) else tuple(found)


def backward(results: tuple[Tensor, ...]) -> None:
    """Send a gradient that tells every element from the others through all results."""
    weights = (
        torch.linspace(-1, 2, result.numel(), dtype=result.dtype).view_as(result) for result in results
    )
    total: Any = sum((result * weight).sum() for result, weight in zip(results, weights, strict=True))
    total.backward()


def gradients(model: nn.Module) -> dict[str, Tensor]:
    """The gradient of every parameter."""
    found = {name: parameter.grad for name, parameter in model.named_parameters()}
    assert all(gradient is not None for gradient in found.values()), [
        n for n, g in found.items() if g is None
    ]
    return {name: gradient for name, gradient in found.items() if gradient is not None}


def class_names(model: CompiledGraph) -> list[str]:
    """The modules that the source of a model defines."""
    return re.findall(r"^class (\w+)\(nn\.Module\)", model.source, re.MULTILINE)


def part(model: nn.Module, name: str) -> Any:
    """A module of a model; its attributes are not typed."""
    return model.get_submodule(name)
