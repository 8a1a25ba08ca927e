"""What pairs are made of: ours, theirs, and inputs of one length, on one device, in one precision."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

import zoo

STEPS, DIM, HEADS = 4096, 256, 8
WIDTHS = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}

Call: TypeAlias = (
    Callable[[Tensor], Any] | Callable[[Tensor, Tensor], Any] | Callable[[Tensor, Tensor, Tensor], Any]
)


@dataclass(frozen=True)
class Work:
    """One of the two: a function of the inputs, and the module whose weights it has."""

    call: Call
    module: nn.Module


@dataclass(frozen=True)
class Pair:
    """A layer and its peer; of several outputs the first counts."""

    layer: str
    peer: str
    ours: Work
    theirs: Work
    inputs: Sequence[Tensor]


@dataclass(frozen=True)
class Made:
    """Where and how inputs are made, and how long the sequences are."""

    length: int
    device: torch.device
    dtype: torch.dtype

    @property
    def batch(self) -> int:
        """Sequences, so that all steps together are always as many."""
        return STEPS // self.length

    def rand(self, *shape: int) -> Tensor:
        """Numbers that gradients go to."""
        return torch.randn(shape, device=self.device, dtype=self.dtype).requires_grad_()

    def sequence(self) -> Tensor:
        """A batch of sequences."""
        return self.rand(self.batch, self.length, DIM)

    def mask(self) -> Tensor:
        """The mask of a batch, a little of whose end is padding."""
        return (torch.arange(self.length, device=self.device) < self.length - 7).expand(self.batch, -1)


def ours(name: str, **settings: Any) -> nn.Module:
    """A layer of ours."""
    return zoo.registry().layers[name].cls(**settings)


def alike(layer: str, mine: nn.Module, peer: str, theirs: nn.Module, *inputs: Tensor) -> Pair:
    """Two modules that take the inputs as they are."""
    return Pair(layer, peer, Work(mine, mine), Work(theirs, theirs), inputs)


def attending(module: nn.Module, **more: Any) -> Work:
    """A module of query, key and value, as self-attention."""

    def call(x: Tensor) -> Any:
        return module(x, x, x, **more)

    return Work(call, module)


def into_heads(x: Tensor) -> Tensor:
    """Heads of their own: batch × time × dim as batch × heads × time × part."""
    return x.view(*x.shape[:2], HEADS, -1).transpose(1, 2)


def from_heads(x: Tensor) -> Tensor:
    """The way back."""
    return x.transpose(1, 2).flatten(2)
