"""Random contents for input ports: floats, masks, tokens and other integers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import torch
from torch import Tensor

from zoo.spec import Port

Given: TypeAlias = Mapping[str, Tensor | tuple[Tensor, ...] | None]
"""The inputs by port: a tensor, several for a variadic port, None for an unwired optional port."""

Style: TypeAlias = Callable[[tuple[int, ...], int], Tensor]


def is_mask(name: str, port: Port) -> bool:
    """Whether a port is a mask of real elements: a bool named ``mask`` or ``…_mask``."""
    return port.dtype == "bool" and (name == "mask" or name.endswith("_mask"))


def draw(name: str, port: Port, shape: tuple[int, ...], settings: Mapping[str, Any], style: Style) -> Tensor:
    """Random contents of a shape; each row of a mask has a real element and, if there is room, padding.

    Integers are tokens if the layer has a ``vocab``; otherwise ``style`` draws them.
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
    if found.dim() > 1 and found.shape[-1]:  # an all-false row is a case of its own
        found[..., 0] = True
    return found


def prefixes(shape: tuple[int, ...]) -> Tensor:
    """A mask of padded rows of various lengths, of which the first is full."""
    *before, length = shape
    rows = torch.arange(int(torch.Size(before).numel())).view(before)
    lengths = length - rows * 2 % max(length, 1)
    return torch.arange(length) < lengths.unsqueeze(-1)


def small(shape: tuple[int, ...], limit: int) -> Tensor:
    """Integers from 0 to ``limit`` - 1."""
    return torch.randint(limit, shape)


def earlier(shape: tuple[int, ...], _: int) -> Tensor:
    """At each position of the last axis an earlier position, or -1, like the parents in a tree."""
    length = shape[-1] if shape else 1
    return (torch.rand(shape) * (torch.arange(length) + 1)).long() - 1


def none(shape: tuple[int, ...], _: int) -> Tensor:
    """Zeros."""
    return torch.zeros(shape, dtype=torch.int64)


_PARENTS = ("heads", "parents")  # ports that hold each word's parent in a dependency tree

STYLES: tuple[Style, ...] = (small, earlier, none)
"""Kinds of integers; the first that a layer accepts is used."""
