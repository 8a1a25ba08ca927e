"""What a tensor is while a module runs: an output of the graph, seen as PyTorch sees it.

A graph has the batch in front and widths in one piece; PyTorch code turns axes and cuts widths into heads.
None of that computes anything, so it becomes no node: it is remembered, and undone where it is undone there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, TypeAlias

import torch
from torch import Tensor

from zoo.graph import Ref
from zoo.sizes import Name
from zoo.spec import Port


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """A tensor that is the output ``ref``, with its last axis cut into ``folds`` and the axes in ``order``.

    ``tensor = output.unflatten(-1, folds).permute(order)``. A mask that is ``negated`` is true where the
    output is false; one that is ``spread`` has axes of size 1 more, for broadcasting over heads and queries;
    one that is ``additive`` is of numbers, -∞ where it hides.
    """

    ref: Ref
    tensor: Tensor
    folds: tuple[int, ...] = ()
    order: tuple[int, ...] = ()
    negated: bool = False
    spread: bool = False
    additive: bool = False

    @property
    def axes(self) -> tuple[int, ...]:
        """For each axis of the tensor, which axis of the (folded) output it is."""
        return self.order or tuple(range(self.tensor.dim()))

    @property
    def straight(self) -> bool:
        """Whether the axes stand as in the output."""
        return self.axes == tuple(range(self.tensor.dim()))

    @property
    def plain(self) -> bool:
        """Whether the tensor is the output as it is."""
        return self.straight and not (self.folds or self.negated or self.spread or self.additive)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the output."""
        sizes = dict(zip(self.axes, self.tensor.shape, strict=True))
        folded = [sizes[axis] for axis in range(len(sizes))]
        cut = len(folded) - len(self.folds)
        return (*folded[:cut], prod(folded[cut:])) if self.folds else tuple(folded)

    @property
    def last(self) -> bool:
        """Whether the tensor's last axis is the output's last, whole."""
        return not (self.folds or self.spread or self.additive) and self.axes[-1] == self.tensor.dim() - 1

    def alike(self, other: Seen) -> bool:
        """Whether two tensors are seen the same way, so that what is done to both is done to the outputs."""
        same = self.tensor.shape == other.tensor.shape and self.axes == other.axes
        return (
            same
            and self.folds == other.folds
            and not (self.negated or other.negated or self.spread or self.additive or other.additive)
        )

    def turned(self, tensor: Tensor, order: tuple[int, ...]) -> Seen:
        """With the tensor's axes in another order."""
        axes = tuple(self.axes[axis] for axis in order)
        return replace(self, tensor=tensor, order=axes)

    def of(self, ref: Ref, tensor: Tensor) -> Seen:
        """Another output, seen the same way."""
        return replace(self, ref=ref, tensor=tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Queries times keys, on their way through scale, mask and softmax to values: an attention by hand."""

    query: Seen
    key: Seen
    tensor: Tensor
    scale: float = 1.0
    causal: bool = False
    mask: Ref | None = None
    shares: bool = False
    dropout: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Padded:
    """A sequence with zeros before and behind, on its way to a convolution."""

    of: Seen
    tensor: Tensor
    before: int
    behind: int


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A result that no layer gives."""

    what: str
    tensor: Tensor


Value: TypeAlias = Seen | Scores | Padded | Lost


class Unknown(Exception):
    """No layer computes this; says why."""


def port(seen: Seen, axes: Mapping[str, int]) -> Port:
    """The type of an output, in names where its axes have them."""
    dtype = seen.tensor.dtype
    kind: Any = "float" if dtype.is_floating_point else "bool" if dtype is torch.bool else "int"
    if seen.additive:
        kind = "bool"
    named = {size: name for name, size in axes.items()}
    shape = list(seen.shape)
    if seen.spread:
        shape = [shape[0], shape[-1]]
    return Port(kind, tuple(Name(named[size]) if size in named else size for size in shape))
