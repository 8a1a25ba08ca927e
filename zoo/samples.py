"""Random inputs for trying a graph: sizes for its open axes, then tensors that fit."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoo.axes import check_sizes, open_axes
from zoo.checker.resolution import LayerUse, Resolution
from zoo.errors import ZooError
from zoo.graph import Ref, refs
from zoo.refusals import refusal
from zoo.sizes import substitute
from zoo.spec import TensorType

BATCH, LENGTH = 1, 32
"""The default sizes of open axes."""


def sizes_of(resolution: Resolution, given: Mapping[str, int]) -> dict[str, int]:
    """The sizes of the inputs' open axes: as given, else 1 for ``batch`` and 32 for all others.

    If a layer does not support 32, as with a table of 16 positions, the length is 16, 8, 4, 2 or 1. If no
    length is supported, or a given size is not, the sizes are returned anyway: the code that uses them can
    give a better error.
    """
    axes = open_axes(resolution)
    check_sizes(resolution, {**dict.fromkeys(axes, LENGTH), **given})
    lengths = [LENGTH >> times for times in range(LENGTH.bit_length())]
    tried = [
        {name: BATCH if name == "batch" else length for name in axes} | dict(given) for length in lengths
    ]
    return next((chosen for chosen in tried if not refusal(resolution, chosen)), tried[0])


def random_inputs(
    resolution: Resolution, sizes: Mapping[str, int], dtype: torch.dtype, device: torch.device, seed: int
) -> dict[str, Tensor]:
    """A tensor for every input: normal floats, tokens of the vocabulary, masks with varying lengths.

    An integer input that no layer reads as tokens is taken as positions or lengths: each step gets the
    preceding step's index, each example the length of the longest sequence.
    """
    generator = torch.Generator().manual_seed(seed)
    root = resolution.root
    inputs: dict[str, Tensor] = {}
    for name, type in root.inputs.items():
        if type is not None:
            shape = _shape(root.shown(type), sizes)
            if type.dtype == "int" and not _is_token(resolution, name):
                inputs[name] = _places(shape, max(sizes.values(), default=1)).to(device)
                continue
            inputs[name] = _random(type.dtype, shape, vocabulary(resolution), generator).to(device)
            if type.dtype == "float":
                inputs[name] = inputs[name].to(dtype)
    return inputs


def _shape(type: TensorType, sizes: Mapping[str, int]) -> tuple[int, ...]:
    shape = [substitute(size, sizes) for size in type.shape]
    numbers = tuple(size for size in shape if isinstance(size, int))
    if len(numbers) < len(shape):
        raise ZooError(f"the input {type} has an axis without a size; give it with --size")
    return numbers


def _is_token(resolution: Resolution, name: str) -> bool:
    """Whether a layer reads an input as tokens; also true if no layer reads it directly."""
    read = [
        port
        for node in resolution.root.nodes.values()
        for port, wire in node.inputs.items()
        if isinstance(node.use, LayerUse) and Ref(name) in refs(wire)
    ]
    return not read or "tokens" in read


def _places(shape: tuple[int, ...], longest: int) -> Tensor:
    if len(shape) > 1:
        return torch.arange(-1, shape[-1] - 1).expand(shape).clone()
    return torch.full(shape, longest)


def _random(kind: str, shape: tuple[int, ...], vocabulary: int, generator: torch.Generator) -> Tensor:
    if kind == "float":
        return torch.randn(shape, generator=generator)
    if kind == "int":
        return torch.randint(vocabulary, shape, generator=generator)
    if not shape:
        return torch.tensor(True)
    lengths = torch.randint(1, max(shape[-1], 1) + 1, (*shape[:-1], 1), generator=generator)
    return torch.arange(shape[-1]) < lengths


def vocabulary(resolution: Resolution) -> int:
    """A vocabulary size that every table covers: the smallest param called vocab or …_vocab, else 2."""
    sizes = [
        value
        for name, value in resolution.params.items()
        if name.removeprefix("$").endswith("vocab") and isinstance(value, int)
    ]
    return min(sizes, default=2)
