"""The loss that keeps the experts of a mixture evenly busy."""

from typing import Annotated

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive


@layer("feedforward/load_balance")
class LoadBalance(nn.Module):
    """Load-balancing loss of a mixture of experts (Fedus, Zoph & Shazeer 2022, equation 4), one a sequence.

        out = experts · Σ_e f_e P_e

    f_e is the share of the sequence's choices that fell on expert e, P_e the mean of its probability; it is 1
    when all are equally busy, and ``experts`` when one does everything. The gradient goes through P alone.
    The paper takes the means over a batch; over a sequence, one does not depend on its neighbours. Weigh it
    with about 0.01. ``mask`` is true at real positions, others count for nothing, and a sequence without any
    gives 0. ``top`` is that of the mixture.
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
        experts = probabilities.shape[-1]
        chosen = probabilities.topk(min(self.top, experts), -1).indices
        busy = probabilities.new_zeros(probabilities.shape).scatter(-1, chosen, 1 / chosen.shape[-1])
        if mask is None:
            return experts * (busy.mean(1) * probabilities.mean(1)).sum(-1)
        padding = ~mask.unsqueeze(-1)
        count = mask.sum(1, keepdim=True).clamp(min=1)
        shares, likely = (x.masked_fill(padding, 0).sum(1) / count for x in (busy, probabilities))
        return experts * (shares * likely).sum(-1)
