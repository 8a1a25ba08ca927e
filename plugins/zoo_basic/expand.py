"""One vector for many steps, and axes of size one."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/expand")
class Expand(nn.Module):
    """A vector at every step of a sequence: out_t = x. Copies nothing.

    ``x``: batch × dim; ``like``: batch × time × …, the sequence that gives the number of steps; ``out``:
    batch × time × dim. So a summary of the source, or an image, is shown to a decoder at each step. It
    streams: ``x`` is known from the start.
    """

    def forward(
        self, x: Float[Tensor, "batch dim"], like: Float[Tensor, "batch time *any"]
    ) -> Float[Tensor, "batch time dim"]:
        return x.unsqueeze(1).expand(-1, like.shape[1], -1)

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype, x: Float[Tensor, "batch dim"]
    ) -> Float[Tensor, "batch dim"]:
        """The vector."""
        return x

    def step(
        self, like: Float[Tensor, "batch time *any"], state: Float[Tensor, "batch dim"]
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch dim"]]:
        """The next piece of a sequence."""
        return self(state, like), state


@layer("basic/unsqueeze")
class Unsqueeze(nn.Module):
    """A new axis of size 1 behind the batch: a vector becomes a sequence of one step. Copies nothing.

    ``basic/select`` takes it away again.
    """

    def forward(self, x: Float[Tensor, "batch *any"]) -> Float[Tensor, "batch 1 *any"]:
        return x.unsqueeze(1)
