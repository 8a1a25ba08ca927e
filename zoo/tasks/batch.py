"""Batches: a model's inputs and targets; and means over several of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import torch
from torch import Tensor

Outputs: TypeAlias = Mapping[str, Tensor]
"""A model's outputs, by the ports that the task reads."""
_Change: TypeAlias = Callable[[Tensor], Tensor]


class Batch(NamedTuple):
    """Inputs by the task's ports, the target, and which positions of the target count (None: all).

    All tensors have the batch as their first axis.
    """

    inputs: dict[str, Tensor]
    target: Tensor
    mask: Tensor | None = None

    def to(self, device: torch.device | str) -> Batch:
        """The batch on a device."""
        return self._each(lambda tensor: tensor.to(device))

    def part(self, rank: int, of: int) -> Batch:
        """The rows of one of several processes that share a batch; too few rows are repeated."""
        rows = len(self.target)
        return self._each(lambda tensor: tensor[rank % rows :: of] if rank >= rows else tensor[rank::of])

    def _each(self, change: _Change) -> Batch:
        mask = None if self.mask is None else change(self.mask)
        return Batch({name: change(each) for name, each in self.inputs.items()}, change(self.target), mask)


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean that can be accumulated over batches: a sum and a count."""

    total: Tensor
    count: Tensor | int

    @property
    def value(self) -> Tensor:
        """The mean, or zero if nothing was counted."""
        count = self.count
        return self.total / (count.clamp(min=1) if isinstance(count, Tensor) else max(count, 1))
