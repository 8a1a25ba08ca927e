"""A wire that values pass and gradients do not."""

from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/detach")
class Detach(nn.Module):
    """What comes in, unchanged, and no gradient back: ∂out/∂x counts as 0.

    Where a state is carried from one chunk of a long text to the next, it makes training by truncated
    backpropagation through time of it: each chunk knows the past and learns from itself alone (Williams &
    Peng, "An efficient gradient-based algorithm for on-line training of recurrent network trajectories",
    1990).
    """

    exempt: ClassVar[Mapping[str, str]] = {"gradients": "stopping them is what it is for"}

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x.detach()
