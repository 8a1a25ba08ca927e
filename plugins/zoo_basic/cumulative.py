"""Cumulative sums along time."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/cumulative_sum")
class CumulativeSum(nn.Module):
    """The sum of all steps so far: out_t = Σ_(s ≤ t) x_s, a recurrence without parameters.

    ``x`` and ``out``: batch × time × …. ``mask`` is true at real steps; the others add nothing, even if they
    are NaN. It can stream; its state is the sum.
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
        """None: the width is known from the first piece on."""
        return None

    def step(
        self,
        x: Float[Tensor, "batch time *any"],
        state: Float[Tensor, "batch *any"] | None,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time *any"], Float[Tensor, "batch *any"] | None]:
        """``forward`` over the next piece of the sequence."""
        out = self(x, mask)
        if state is not None:
            out = out + state.unsqueeze(1)
        return out, out[:, -1] if x.shape[1] else state
