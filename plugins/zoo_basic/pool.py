"""From a sequence to one vector: its last real step, or the mean of its real steps."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from zoo import layer


class Pooled(NamedTuple):
    """The sum of the real steps so far, and their number."""

    total: Float[Tensor, "batch dim"] | None
    steps: Int[Tensor, "batch 1"]


@layer("basic/last")
class Last(nn.Module):
    """The last real step of each sequence, such as the final state of a recurrent network.

    ``mask`` is true at real steps, which may be anywhere (for example, after padding on the left); without
    it, every step is real. A sequence without real steps gives zeros. The contents of padding, even NaN, have
    no effect.
    """

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch dim"]:
        if x.shape[1] == 0:
            return x.sum(1)
        if mask is None:
            return x[:, -1]
        steps = torch.arange(x.shape[1], device=x.device)
        last = torch.where(mask, steps, -1).amax(1)
        picked = x[torch.arange(x.shape[0], device=x.device), last]
        return picked.masked_fill((last < 0).unsqueeze(-1), 0)

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch dim"] | None:
        """None: the width is known from the first piece on."""
        return None

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: Float[Tensor, "batch dim"] | None,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch dim"], Float[Tensor, "batch dim"] | None]:
        """The last real step so far."""
        last = self(x, mask)
        if state is not None:
            some = torch.full_like(x[..., 0], True, dtype=torch.bool) if mask is None else mask
            last = torch.where(some.any(1, keepdim=True), last, state)
        return last, last


@layer("basic/mean_pool")
class MeanPool(nn.Module):
    """The mean of each sequence's real steps: out = Σ_t mask_t x_t / Σ_t mask_t.

    ``mask`` is true at real steps; without it, every step is real. A sequence without real steps gives zeros.
    The contents of padding, even NaN, have no effect.
    """

    unordered = ("time",)

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch dim"]:
        if mask is None:
            return x.sum(1) / max(x.shape[1], 1)
        real = mask.unsqueeze(-1)
        return x.masked_fill(~real, 0).sum(1) / real.sum(1).clamp(min=1)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Pooled:
        """An empty sum."""
        return Pooled(None, torch.zeros(batch, 1, dtype=torch.int64, device=device))

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: Pooled,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch dim"], Pooled]:
        """The mean of the real steps so far."""
        count = state.steps + (x.shape[1] if mask is None else mask.sum(1, keepdim=True))
        total = (x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)).sum(1)
        if state.total is not None:
            total = total + state.total
        return total / count.clamp(min=1), Pooled(total, count)
