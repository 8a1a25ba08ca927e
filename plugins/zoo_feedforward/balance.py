"""The auxiliary loss that balances the load of a mixture's experts."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive


class Busy(NamedTuple):
    """Sums over the real steps so far: how often each expert was chosen, and its probability."""

    chosen: Float[Tensor, "batch experts"] | None
    likely: Float[Tensor, "batch experts"] | None
    steps: Int[Tensor, "batch 1"]


@layer("feedforward/load_balance")
class LoadBalance(nn.Module):
    """Load-balancing loss of a mixture of experts (Fedus, Zoph & Shazeer 2022, equation 4), per sequence.

        out = experts · Σ_e f_e P_e

    f_e is the fraction of the sequence's choices that went to expert e, P_e the mean of its probability. The
    loss is 1 if all experts have the same load, and ``experts`` if one does everything; its gradient flows
    through P only. The paper averages over a batch; here it is over a sequence, so that a sequence does not
    depend on others. Scale it by about 0.01 (``basic/scale``) and make it an output named ``loss_balance``,
    which training adds to its loss. ``mask`` is true at real positions, the others are ignored, and a
    sequence without any gives 0. ``top`` must be that of the mixture. It can stream; the loss is that of all
    steps so far.
    """

    def __init__(
        self, top: Annotated[Positive, Field(description="The number of experts for each position.")] = 2
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
        """Empty sums."""
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
