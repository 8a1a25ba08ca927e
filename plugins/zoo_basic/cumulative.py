"""Sums along time."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/cumulative_sum")
class CumulativeSum(nn.Module):
    """The sum of all steps so far: out_t = Σ_(s ≤ t) x_s. A recurrence with nothing learned and nothing lost.

    ``x`` and ``out``: batch × time × …. ``mask`` is true at real steps; the others add nothing, NaN included.
    It streams: its state is the sum.
    """

    def forward(
        self, x: Float[Tensor, "batch time *any"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch time *any"]:
        if mask is not None:
            x = x.masked_fill(~mask.view(*mask.shape, *(1,) * (x.dim() - 2)), 0)
        return x.cumsum(1)

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch *any"] | None:
        """Nothing yet: the width is that of the first piece."""
        return None

    def step(
        self,
        x: Float[Tensor, "batch time *any"],
        state: Float[Tensor, "batch *any"] | None,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time *any"], Float[Tensor, "batch *any"] | None]:
        """The next piece of a sequence."""
        out = self(x, mask)
        if state is not None:
            out = out + state.unsqueeze(1)
        return out, out[:, -1] if x.shape[1] else state
