"""Stopping gradients."""

from collections.abc import Mapping
from typing import ClassVar

from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/detach")
class Detach(nn.Module):
    """The input, unchanged, without its gradient: ∂out/∂x is taken as 0.

    Applied to a state that is carried from one chunk of a long text to the next, it gives truncated
    backpropagation through time: each chunk sees the past, but is trained only on itself (Williams & Peng,
    "An efficient gradient-based algorithm for on-line training of recurrent network trajectories", 1990).
    """

    exempt: ClassVar[Mapping[str, str]] = {"gradients": "stopping them is its purpose"}

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x.detach()
