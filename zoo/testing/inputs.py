"""Contents for input ports: numbers, masks, tokens, and what else a port of integers may hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from zoo.spec import Port

Given: TypeAlias = Mapping[str, Tensor | tuple[Tensor, ...] | None]
"""What comes to each port: a tensor, several to a variadic one, None to an optional one without a wire."""

Style: TypeAlias = Callable[[tuple[int, ...], int], Tensor]


def is_mask(name: str, port: Port) -> bool:
    """Whether a port says which elements are real: a bool called ``mask`` or ``…_mask``."""
    return port.dtype == "bool" and (name == "mask" or name.endswith("_mask"))


def draw(name: str, port: Port, shape: tuple[int, ...], settings: Mapping[str, Any], style: Style) -> Tensor:
    """Random contents of a shape. Each row of a mask has a real element, and where there is room, padding.

    Integers are tokens where the layer has a ``vocab``, else what ``style`` makes of them.
    """
    if port.dtype == "float":
        return torch.randn(shape, dtype=torch.float64)
    if port.dtype == "int":
        vocab = settings.get("vocab")
        if isinstance(vocab, int):
            return torch.randint(vocab, shape)
        return (earlier if name in _PARENTS and style is small else style)(shape, 3)
    if is_mask(name, port) and shape:
        return prefixes(shape)
    found = torch.rand(shape) < 0.6
    if found.dim() > 1 and found.shape[-1]:  # a row that may nothing is a case of its own
        found[..., 0] = True
    return found


def prefixes(shape: tuple[int, ...]) -> Tensor:
    """A mask of padded rows: the first is full, the others have all lengths down to 1 in turn."""
    *before, length = shape
    rows = torch.arange(int(torch.Size(before).numel())).view(before)
    lengths = length - rows * 2 % max(length, 1)
    return torch.arange(length) < lengths.unsqueeze(-1)


def small(shape: tuple[int, ...], limit: int) -> Tensor:
    """Numbers from 0 to ``limit`` - 1."""
    return torch.randint(limit, shape)


def earlier(shape: tuple[int, ...], _: int) -> Tensor:
    """At each place of the last axis an earlier place, or -1: the parents in a tree."""
    length = shape[-1] if shape else 1
    return (torch.rand(shape) * (torch.arange(length) + 1)).long() - 1


def none(shape: tuple[int, ...], _: int) -> Tensor:
    """Zeros."""
    return torch.zeros(shape, dtype=torch.int64)


_PARENTS = ("heads", "parents")  # of each word in a dependency tree

STYLES: tuple[Style, ...] = (small, earlier, none)
"""What integers may be; the first that a layer does not refuse is taken."""
