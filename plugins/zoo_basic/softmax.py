"""From scores to weights that sum to one."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/softmax")
class Softmax(nn.Module):
    """Softmax over the last axis: out_i = exp(x_i) / Σ_j exp(x_j).

    Where ``mask`` is given, the sum is over the elements where it is true, and the others get zero. A row
    without any gives zeros, and zero gradients, where ``torch.softmax`` over -∞ gives NaN.
    """

    def forward(
        self, x: Float[Tensor, "*any dim"], mask: Bool[Tensor, "*any dim"] | None = None
    ) -> Float[Tensor, "*any dim"]:
        if mask is None:
            return x.softmax(-1)
        # The lowest number instead of -∞ keeps a row without any element finite; the product then makes it
        # zero.
        return x.masked_fill(~mask, torch.finfo(x.dtype).min).softmax(-1) * mask
