"""What a tensor is while a module runs: an output of the graph in the view that PyTorch code has of it.

In a graph, the batch comes first and widths are not split; PyTorch code permutes axes and splits widths into
heads. As this computes nothing, it does not become a node: the view is tracked until the code undoes it.
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
    """A tensor that is the output ``ref``, with its last axis split into ``folds`` and the axes in ``order``.

    ``tensor = output.unflatten(-1, folds).permute(order)``. A ``negated`` mask is true where the output is
    false; a ``spread`` one has additional axes of size 1, for broadcasting over heads and queries; an
    ``additive`` one consists of floats, -∞ where it hides.
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
        """For each axis of the tensor, the corresponding axis of the (split) output."""
        return self.order or tuple(range(self.tensor.dim()))

    @property
    def straight(self) -> bool:
        """Whether the axes are in the order of the output."""
        return self.axes == tuple(range(self.tensor.dim()))

    @property
    def plain(self) -> bool:
        """Whether the tensor is the unchanged output."""
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
        """Whether the tensor's last axis is the output's last one, unsplit."""
        return not (self.folds or self.spread or self.additive) and self.axes[-1] == self.tensor.dim() - 1

    def alike(self, other: Seen) -> bool:
        """Whether two tensors have the same view, so that an operation on them applies to their outputs."""
        same = self.tensor.shape == other.tensor.shape and self.axes == other.axes
        return (
            same
            and self.folds == other.folds
            and not (self.negated or other.negated or self.spread or self.additive or other.additive)
        )

    def turned(self, tensor: Tensor, order: tuple[int, ...]) -> Seen:
        """The view with the tensor's axes in another order."""
        axes = tuple(self.axes[axis] for axis in order)
        return replace(self, tensor=tensor, order=axes)

    def of(self, ref: Ref, tensor: Tensor) -> Seen:
        """The same view of another output."""
        return replace(self, ref=ref, tensor=tensor)


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """Scores of a hand-written attention, on their way through scale, mask and softmax to values."""

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
    """A zero-padded sequence, on its way to a convolution."""

    of: Seen
    tensor: Tensor
    before: int
    behind: int


@dataclass(frozen=True, slots=True, eq=False)
class Lost:
    """A result that no layer computes."""

    what: str
    tensor: Tensor


Value: TypeAlias = Seen | Scores | Padded | Lost


class Unknown(Exception):
    """No layer computes this; the message says why."""


def port(seen: Seen, axes: Mapping[str, int]) -> Port:
    """The type of an output, with axis names where known."""
    dtype = seen.tensor.dtype
    kind: Any = "float" if dtype.is_floating_point else "bool" if dtype is torch.bool else "int"
    if seen.additive:
        kind = "bool"
    named = {size: name for name, size in axes.items()}
    shape = list(seen.shape)
    if seen.spread:
        shape = [shape[0], shape[-1]]
    return Port(kind, tuple(Name(named[size]) if size in named else size for size in shape))
