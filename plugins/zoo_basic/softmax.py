"""From scores to weights that sum to one."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


def ahead_without_mask(_: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
    """The normalised axis may be a sequence; without a mask, each of its steps then sees all others."""
    return () if "mask" in wired else ("dim",)


@layer("basic/softmax")
class Softmax(nn.Module):
    """Softmax over the last axis: out_i = exp(x_i) / Σ_j exp(x_j).

    With a ``mask``, only elements where it is true take part, and the others get zero. A row without any
    gives zeros, with zero gradients, where ``torch.softmax`` over -∞ gives NaN.
    """

    sees_ahead = staticmethod(ahead_without_mask)

    def forward(
        self, x: Float[Tensor, "*any dim"], mask: Bool[Tensor, "*any dim"] | None = None
    ) -> Float[Tensor, "*any dim"]:
        if mask is None:
            return x.softmax(-1)
        # The lowest finite number instead of -∞ keeps a row without any element finite; the product with the
        # mask then makes it zero.
        return x.masked_fill(~mask, torch.finfo(x.dtype).min).softmax(-1) * mask
