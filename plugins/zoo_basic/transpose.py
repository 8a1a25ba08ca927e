"""Swapping axes."""

from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/transpose")
class Transpose(nn.Module):
    """The last two axes, swapped: batch time dim becomes batch dim time. Copies nothing.

    The batch stays in front, so a wire needs three axes at least.
    """

    def forward(
        self, x: Float[Tensor, "batch *any rows columns"]
    ) -> Float[Tensor, "batch *any columns rows"]:
        return x.transpose(-2, -1)
