"""Faults in sequences: padding, batches, order, streaming."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import fails
from zoo.fields import Positive

Steps = Float[Tensor, "batch time dim"]
Real = Bool[Tensor, "batch time"]


@fails("padding")
@zoo.layer("faulty/leaking")
class Leaking(nn.Module):
    """Its ``mask`` makes padding zero by a product, and 0 · NaN is NaN."""

    def forward(self, x: Steps, mask: Real | None = None) -> Float[Tensor, "batch dim"]:
        return (x if mask is None else x * mask.unsqueeze(-1)).sum(1)


@fails("padding", "empty_rows", "padded_batches")
@zoo.layer("faulty/peeking")
class Peeking(nn.Module):
    """Its ``mask`` is used for the mean and forgotten for the sum."""

    def forward(self, x: Steps, mask: Real | None = None) -> Float[Tensor, "batch dim"]:
        count = x.shape[1] if mask is None else mask.sum(1, keepdim=True).clamp(min=1)
        return x.nan_to_num(0, 0, 0).sum(1) / max(count, 1) if isinstance(count, int) else x.sum(1) / count


@fails("full_mask", "padding", "empty_rows", "padded_batches")
@zoo.layer("faulty/inverted")
class Inverted(nn.Module):
    """Its ``mask`` is true where there is padding, as in ``nn.MultiheadAttention``."""

    def forward(self, x: Steps, mask: Real | None = None) -> Float[Tensor, "batch dim"]:
        return (x if mask is None else x.masked_fill(mask.unsqueeze(-1), 0)).sum(1)


@fails("empty_rows")
@zoo.layer("faulty/hollow")
class Hollow(nn.Module):
    """Softmax over minus infinity alone is NaN, which a row all of padding by ``mask`` gets."""

    def forward(self, x: Steps, mask: Real | None = None) -> Float[Tensor, "batch dim"]:
        if mask is None:
            mask = torch.ones_like(x[..., 0], dtype=torch.bool)
        real = x.masked_fill(~mask.unsqueeze(-1), 0)
        shares = real.sum(-1).masked_fill(~mask, -torch.inf).softmax(-1) if x.shape[1] else mask.to(x.dtype)
        return (shares.unsqueeze(-1) * real).sum(1)


@fails("batching", "padded_batches")
@zoo.layer("faulty/crowded")
class Crowded(nn.Module):
    """A row is measured against the others of its batch, at the steps that are real by ``mask``."""

    def forward(self, x: Steps, mask: Real | None = None) -> Steps:
        real = x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)
        return real - real.mean(0, keepdim=True) if x.shape[0] else real


@fails("padded_batches")
@zoo.layer("faulty/stretched")
class Stretched(nn.Module):
    """The mean over a padded row divides by its padded length, whatever the ``mask``."""

    def forward(self, x: Steps, mask: Real | None = None) -> Float[Tensor, "batch dim"]:
        return (x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)).sum(1) / max(x.shape[1], 1)


@fails("permutation")
@zoo.layer("faulty/ordered")
class Ordered(nn.Module):
    """It says that the order does not count, and weighs steps by their places."""

    def forward(self, x: Steps) -> Float[Tensor, "batch dim"]:
        places = torch.arange(x.shape[1], dtype=x.dtype, device=x.device)
        return (x * places.view(-1, 1)).sum(1)

    @staticmethod
    def unordered(_: Mapping[str, Any]) -> tuple[str, ...]:
        return ("time",)


@fails("causality")
@zoo.layer("faulty/prophet")
class Prophet(nn.Module):
    """It says nothing of seeing ahead, and adds the next step to each."""

    def forward(self, x: Steps) -> Steps:
        return x + F.pad(x, (0, 0, 0, 1))[:, 1:]


@fails("causality")
@zoo.layer("faulty/modest")
class Modest(nn.Module):
    """It says that it sees ahead, by which the checker would refuse it, and does not."""

    sees_ahead = ("time",)

    def forward(self, x: Steps) -> Steps:
        return x.cumsum(1)


def _window(x: Tensor, steps: int) -> Tensor:
    before = F.pad(x, (0, 0, steps - 1, 0))
    return sum((before[:, i : i + x.shape[1]] for i in range(steps)), torch.zeros_like(x))


@fails("receptive_field")
@zoo.layer("faulty/wide")
class Wide(nn.Module):
    """It says that a step depends on three steps, and it depends on four."""

    def forward(self, x: Steps) -> Steps:
        return _window(x, 4)

    @staticmethod
    def receptive_field(_: Mapping[str, Any]) -> int:
        return 3


@fails("receptive_field")
@zoo.layer("faulty/narrow")
class Narrow(nn.Module):
    """It says that a step depends on three steps, and it depends on two."""

    def forward(self, x: Steps) -> Steps:
        return _window(x, 2)

    @staticmethod
    def receptive_field(_: Mapping[str, Any]) -> int:
        return 3


class Total(NamedTuple):
    total: Float[Tensor, "batch dim"]


@fails("steps")
@zoo.layer("faulty/forgetful")
class Forgetful(nn.Module):
    """A running sum that forgets, in pieces, all but the last piece."""

    def forward(self, x: Steps) -> Steps:
        return x.cumsum(1)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Total:
        return Total(torch.zeros(batch, 1, device=device, dtype=dtype))

    def step(self, x: Steps, state: Total) -> tuple[Steps, Total]:
        return x.cumsum(1) + state.total.unsqueeze(1), Total(
            x.sum(1) if x.shape[1] > 1 else state.total + x.sum(1)
        )


@fails("states")
@zoo.layer("faulty/grasping")
class Grasping(nn.Module):
    """A running sum that writes into the state it was given, which another search still holds.

    ``start`` is what it begins with: dim, learned by ``weight`` (nobody 2020), out = weight + Σ x.
    """

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(dim))

    def forward(self, x: Steps) -> Steps:
        return self.weight + x.cumsum(1)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Total:
        return Total(self.weight.detach().expand(batch, -1).clone())

    def step(self, x: Steps, state: Total) -> tuple[Steps, Total]:
        out = x.cumsum(1) + state.total.unsqueeze(1)
        return out, Total(state.total.add_(x.sum(1)))


@fails("states")
@zoo.layer("faulty/confused")
class Confused(nn.Module):
    """A running sum whose state has the batch in another order, so that no search can pick them."""

    def forward(self, x: Steps) -> Steps:
        return x.cumsum(1)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Total:
        return Total(torch.zeros(batch, 1, device=device, dtype=dtype))

    def step(self, x: Steps, state: Total) -> tuple[Steps, Total]:
        total = state.total.roll(1, 0)
        return x.cumsum(1) + total.unsqueeze(1), Total((total + x.sum(1)).roll(-1, 0))


@fails("fused")
@zoo.layer("faulty/hurried")
class Hurried(nn.Module):
    """All at once, it hands on what stands in padding."""

    def forward(
        self, x: Float[Tensor, "batch dim"], h: Float[Tensor, "batch dim"]
    ) -> Float[Tensor, "batch dim"]:
        return x + h

    def fused(
        self,
        x: Float[Tensor, "batch time dim"],
        h: Float[Tensor, "batch dim"],
        mask: Real | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch dim"]]:
        x = (x.flip(1) if reverse else x).nan_to_num(1.0)
        steps = h.unsqueeze(1) + x.cumsum(1)
        out = steps.flip(1) if reverse else steps
        return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), steps[:, -1]
