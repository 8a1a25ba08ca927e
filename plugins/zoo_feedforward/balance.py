"""The loss that keeps the experts of a mixture evenly busy."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive


class Busy(NamedTuple):
    """Over the real steps so far: choices of each expert, its probabilities, and how many steps they were."""

    chosen: Float[Tensor, "batch experts"] | None
    likely: Float[Tensor, "batch experts"] | None
    steps: Int[Tensor, "batch 1"]


@layer("feedforward/load_balance")
class LoadBalance(nn.Module):
    """Load-balancing loss of a mixture of experts (Fedus, Zoph & Shazeer 2022, equation 4), per sequence.

        out = experts · Σ_e f_e P_e

    f_e is the share of the sequence's choices that fell on expert e, P_e the mean of its probability; it is 1
    when all are equally busy, and ``experts`` when one does everything. The gradient goes through P alone.
    The paper takes the means over a batch; over a sequence, one does not depend on its neighbours. Weigh it
    with about 0.01 (``basic/scale``): what a graph calls ``loss_balance``, training adds to its loss.
    ``mask`` is true at real positions, others count for nothing, and a sequence without any gives 0. ``top``
    is that of the mixture. It streams: the loss is that of all steps so far.
    """

    def __init__(
        self, top: Annotated[Positive, Field(description="How many experts work on each position.")] = 2
    ) -> None:
        super().__init__()
        self.top = top

    def forward(
        self,
        probabilities: Float[Tensor, "batch time experts"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch"]:
        batch = probabilities.shape[0]
        return self.step(
            probabilities, self.initial_state(batch, probabilities.device, probabilities.dtype), mask
        )[0]

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Busy:
        """Nothing chosen, nothing counted."""
        return Busy(None, None, torch.zeros(batch, 1, dtype=torch.int64, device=device))

    def step(
        self,
        probabilities: Float[Tensor, "batch time experts"],
        state: Busy,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch"], Busy]:
        """The loss of all steps so far."""
        time, experts = probabilities.shape[1:]
        choices = probabilities.topk(min(self.top, experts), -1).indices
        busy = probabilities.new_zeros(probabilities.shape).scatter(
            -1, choices, 1 / max(choices.shape[-1], 1)
        )
        if mask is not None:
            padding = ~mask.unsqueeze(-1)
            busy, probabilities = (x.masked_fill(padding, 0) for x in (busy, probabilities))
        chosen, likely = busy.sum(1), probabilities.sum(1)
        if state.chosen is not None and state.likely is not None:
            chosen, likely = state.chosen + chosen, state.likely + likely
        steps = state.steps + (time if mask is None else mask.sum(1, keepdim=True))
        count = steps.clamp(min=1)
        loss = experts * ((chosen / count) * (likely / count)).sum(-1)
        return loss, Busy(chosen, likely, steps)
