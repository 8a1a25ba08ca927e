"""The graphs of the library, made small, with inputs of odd sizes that fit their ports."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

import zoo
from zoo.checker import resolve
from zoo.compiler import CompiledGraph, compile_graph
from zoo.graph import Graph

FOLDER = Path(__file__).parents[2] / "graphs" / "zoo_graphs"
FILES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

# Distinct primes where nothing else is asked, so that a transposed axis has no chance to fit.
BATCH, VOCAB = 3, 17
LENGTHS = {"batch": BATCH, "time": 7, "source": 5, "target": 11}
SIZES: Mapping[str, int] = {
    "vocab": VOCAB,
    "context": 13,
    "dim": 23,
    "hidden": 19,
    "layers": 3,
    "attention": 13,
}
"""Params by their name; where there are heads, dim is a multiple of them."""

SMALL: Mapping[str, Mapping[str, int | float]] = {"lstm_from_gates": {"input": 2}}
"""Params that need another size in one graph."""


@cache
def graph(name: str) -> Graph:
    """A graph of the library."""
    return zoo.load(zoo.registry().graphs[name])


@cache
def logits_axes(name: str) -> tuple[str, ...]:
    """The axes of the output ``logits``; none if there is no such output."""
    type_ = resolve(graph(name)).root.types.get("logits")
    return () if type_ is None else tuple(map(str, type_.shape))


GRAPHS = [name for name in FILES if graph(name).outputs]
"""Without the files that hold blocks alone."""

LANGUAGE_MODELS = [name for name in GRAPHS if "tokens" in graph(name).inputs and "time" in logits_axes(name)]
ENCODER_DECODERS = [name for name in GRAPHS if {"source", "target"} <= {*graph(name).inputs}]


def params(name: str) -> dict[str, Any]:
    """The params that make a graph small and odd."""
    given = graph(name).params
    sizes = {**SIZES, "dim": 22, "heads": 2} if "heads" in given else SIZES
    return {key: size for key, size in sizes.items() if key in given} | dict(SMALL.get(name, {}))


def model(name: str, **more: float) -> CompiledGraph:
    """A small graph, compiled in float64."""
    return compile_graph(graph(name), dtype=torch.float64, params={**params(name), **more})


def inputs(name: str, batch: int = BATCH, seed: int = 0) -> dict[str, Tensor]:
    """Tokens, masks of padded batches (one row empty, if there are four) and random numbers."""
    generator = torch.Generator().manual_seed(seed)
    resolution = resolve(graph(name), params=params(name))
    found: dict[str, Tensor] = {}
    for port, type_ in resolution.root.inputs.items():
        assert type_ is not None
        shown = resolution.root.shown(type_).shape
        shape = [batch if str(size) == "batch" else LENGTHS.get(str(size), size) for size in shown]
        sizes = [size for size in shape if isinstance(size, int)]
        assert len(sizes) == len(shape), f"{name}.{port} has an axis of unknown size: {type_}"
        if port == "heads":  # of a tree: each word hangs on the one before it
            found[port] = torch.arange(-1, sizes[1] - 1).expand(sizes)
        elif type_.dtype == "int":
            found[port] = torch.randint(VOCAB, sizes, generator=generator)
        elif type_.dtype == "bool":
            lengths = torch.tensor([sizes[1], 1, sizes[1] - 2, 0])[torch.arange(batch) % 4]
            found[port] = torch.arange(sizes[1]) < lengths[:, None]
        else:
            found[port] = torch.randn(sizes, generator=generator, dtype=torch.float64)
    return found


def outputs(result: Any) -> dict[str, Tensor]:
    """The outputs of a model by name; a single one is ``out``."""
    return {"out": result} if isinstance(result, Tensor) else result._asdict()


def logits(result: Any) -> Tensor:
    """The logits, alone or among other outputs."""
    return result if isinstance(result, Tensor) else result.logits
