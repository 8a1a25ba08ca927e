"""From a sequence to one vector: its last real step, or the mean of its real steps."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/last")
class Last(nn.Module):
    """The last real step of each sequence: what a recurrent network has at the end.

    ``mask`` is true at real steps; they may stand anywhere (padding on the left, too). Without a mask it is
    the last step. A sequence without real steps gives zeros. What stands in padding never shows, NaN
    included.
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


@layer("basic/mean_pool")
class MeanPool(nn.Module):
    """The mean of each sequence's real steps: out = Σ_t mask_t x_t / Σ_t mask_t.

    ``mask`` is true at real steps; without it every step is real. A sequence without real steps gives zeros.
    What stands in padding never shows, NaN included, for it is replaced before it is summed.
    """

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch dim"]:
        if mask is None:
            return x.sum(1) / max(x.shape[1], 1)
        real = mask.unsqueeze(-1)
        return x.masked_fill(~real, 0).sum(1) / real.sum(1).clamp(min=1)
