"""Sequences some steps later."""

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
    """Each sequence n steps later: out_t = x_(t-n), and ``fill`` for the first n steps. The last n are lost.

    ``x`` and ``out``: batch × time × …; n is ``steps``. By one step, it makes of what a model shall say what
    it has said so far. It streams: its state are the last n steps.
    """

    def __init__(
        self,
        steps: Annotated[Positive, Field(description="How many steps later.")] = 1,
        fill: Annotated[float, Field(description="What stands in the first steps.")] = 0.0,
    ) -> None:
        super().__init__()
        self.steps, self.fill = steps, fill

    def forward(self, x: Float[Tensor, "batch time *any"]) -> Float[Tensor, "batch time *any"]:
        # Pairs of widths from the last axis to the second; a negative one cuts.
        return F.pad(x, (0, 0) * (x.dim() - 2) + (self.steps, 0), value=self.fill)[:, : x.shape[1]]

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch steps *any"] | None:
        """Nothing yet: the width is that of the first piece."""
        return None

    def step(
        self, x: Float[Tensor, "batch time *any"], state: Float[Tensor, "batch steps *any"] | None
    ) -> tuple[Float[Tensor, "batch time *any"], Float[Tensor, "batch steps *any"] | None]:
        """The next piece of a sequence."""
        if state is None:
            state = x.new_full((x.shape[0], self.steps, *x.shape[2:]), self.fill)
        both = torch.cat([state, x], 1)
        return both[:, : x.shape[1]], both[:, x.shape[1] :]
