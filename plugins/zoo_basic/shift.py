"""Delaying sequences by some steps."""

from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive


@layer("basic/shift")
class Shift(nn.Module):
    """Delay each sequence by n steps: out_t = x_(t-n), with ``fill`` at the first n steps.

    ``x`` and ``out``: batch × time × …; n is ``steps``; the last n steps are dropped. With one step, it turns
    the target of a decoder into its input (teacher forcing). It can stream; its state holds the last n steps.
    """

    def __init__(
        self,
        steps: Annotated[Positive, Field(description="The delay in steps.")] = 1,
        fill: Annotated[float, Field(description="The value of the first steps.")] = 0.0,
    ) -> None:
        super().__init__()
        self.steps, self.fill = steps, fill

    def forward(self, x: Float[Tensor, "batch time *any"]) -> Float[Tensor, "batch time *any"]:
        # The padding is given in pairs from the last axis to the second.
        return F.pad(x, (0, 0) * (x.dim() - 2) + (self.steps, 0), value=self.fill)[:, : x.shape[1]]

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch steps *any"] | None:
        """None: the width is known from the first piece on."""
        return None

    def step(
        self, x: Float[Tensor, "batch time *any"], state: Float[Tensor, "batch steps *any"] | None
    ) -> tuple[Float[Tensor, "batch time *any"], Float[Tensor, "batch steps *any"] | None]:
        """``forward`` over the next piece of the sequence."""
        if state is None:
            state = x.new_full((x.shape[0], self.steps, *x.shape[2:]), self.fill)
        both = torch.cat([state, x], 1)
        return both[:, : x.shape[1]], both[:, x.shape[1] :]
