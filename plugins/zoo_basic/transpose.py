"""Transposing the last two axes."""

from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/transpose")
class Transpose(nn.Module):
    """Swap the last two axes, as a view: batch time dim becomes batch dim time.

    The batch stays in front, so the input needs at least three axes.
    """

    def forward(
        self, x: Float[Tensor, "batch *any rows columns"]
    ) -> Float[Tensor, "batch *any columns rows"]:
        return x.transpose(-2, -1)
