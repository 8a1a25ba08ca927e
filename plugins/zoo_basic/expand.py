"""Repeating a vector at every step, and adding an axis of size one."""

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer


@layer("basic/expand")
class Expand(nn.Module):
    """The same vector at every step of a sequence: out_t = x, as a view without copying.

    ``x``: batch × dim; ``like``: batch × time × …, the sequence that gives the number of steps; ``out``:
    batch × time × dim. For example, it shows a decoder the summary of a source, or an image, at each step. It
    can stream; ``x`` is fixed from the start.
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
        """``forward`` over the next piece of the sequence."""
        return self(state, like), state


@layer("basic/unsqueeze")
class Unsqueeze(nn.Module):
    """Insert an axis of size 1 after the batch, as a view: a vector becomes a sequence of one step.

    ``basic/select`` removes it again.
    """

    def forward(self, x: Float[Tensor, "batch *any"]) -> Float[Tensor, "batch 1 *any"]:
        return x.unsqueeze(1)
