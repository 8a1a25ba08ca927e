"""Faults in being a module: state, copies, seeds, traces of calls."""

import random
from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import fails
from zoo.fields import Positive


@fails("fake_tensors", "dtypes", "state_dict", "late_weights", "graph_file")
@zoo.layer("faulty/loose")
class LooseTensor(nn.Module):
    """What it drew at random is neither parameter nor buffer, and so is not saved, nor moved."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.drawn = torch.rand(dim)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.drawn * x


@fails("state_dict", "late_weights", "graph_file")
@zoo.layer("faulty/unsaved")
class Unsaved(nn.Module):
    """What it drew at random is a buffer that is not saved."""

    drawn: Tensor

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.register_buffer("drawn", torch.rand(dim), persistent=False)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.drawn * x


@fails("late_weights")
@zoo.layer("faulty/hoarding")
class Hoarding(nn.Module):
    """Whether it was ever built with memory decides what it computes."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.factor = 1.0 if torch.empty(dim).is_meta else 2.0

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.factor * x


@fails("copies")
@zoo.layer("faulty/shared")
class Shared(nn.Module):
    """Its deep copy is itself.

    out = weight · x with ``weight``: dim (nobody 2020).
    """

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(dim, dim))

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x @ self.weight

    def __deepcopy__(self, memo: dict[int, Any]) -> "Shared":
        return self


@fails("copies")
@zoo.layer("faulty/lambda")
class Unpicklable(nn.Module):
    """It keeps a lambda, which no pickle takes."""

    def __init__(self) -> None:
        super().__init__()
        self.bend: Callable[[Tensor], Tensor] = lambda x: x.tanh()

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.bend(x)


@fails("seed")
@zoo.layer("faulty/unseeded")
class Unseeded(nn.Module):
    """Its weights are drawn by Python's generator, which torch's seed does not know.

    out = W x with ``weight`` W: dim × dim (nobody 2020).
    """

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.tensor([[random.random() for _ in range(dim)] for _ in range(dim)]))

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x @ self.weight


@fails("seed", "gradcheck", "batching")
@zoo.layer("faulty/noisy")
class AlwaysDropping(nn.Module):
    """Its dropout goes on in evaluation."""

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return F.dropout(x, 0.5, True)


@fails("inputs_stay")
@zoo.layer("faulty/mutating")
class Mutating(nn.Module):
    """It doubles what it was given, in place, where nobody watches by gradients."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        if not x.requires_grad:
            return x.mul_(2)
        return 2 * x


_TABLES: dict[int, Tensor] = {}


@fails("calls_leave_no_trace", "fake_tensors", "dtypes")
@zoo.layer("faulty/cached")
class Cached(nn.Module):
    """A cache of the whole process knows tables by their length alone, whatever their width and dtype."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        length = x.shape[1]
        if length not in _TABLES:
            _TABLES[length] = torch.linspace(0, 1, x.shape[1] * x.shape[2], dtype=x.dtype).view(x.shape[1:])
        return x + _TABLES[length].to(x.device)


@fails("calls_leave_no_trace", "pointwise", "gradcheck", "copies")
@zoo.layer("faulty/counting")
class Counting(nn.Module):
    """It counts its calls, and grows by them."""

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        self.calls += 1
        return x * (1 + (self.calls > 2))
