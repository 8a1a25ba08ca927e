"""Forced decoding: how likely a model finds texts that are there already."""

from __future__ import annotations

from jaxtyping import Bool, Float, Int
from torch import Tensor


def forced(
    logits: Float[Tensor, "rows time vocab"],
    target: Int[Tensor, "rows time"],
    mask: Bool[Tensor, "rows time"] | None = None,
) -> Float[Tensor, "rows time"]:
    """The log-probability of each token of ``target``; 0 where ``mask`` is false.

    ``logits`` are what the model gives when the target, shifted by one, is what it is fed.
    """
    log_p = logits.log_softmax(-1).gather(-1, target.unsqueeze(-1)).squeeze(-1)
    return log_p if mask is None else log_p.masked_fill(~mask, 0)
