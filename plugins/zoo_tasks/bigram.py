"""The loss of a bigram model, the baseline of language models."""

from __future__ import annotations

import torch
from jaxtyping import Int
from torch import Tensor


def bigram_loss(
    train: Int[Tensor, " time"], validation: Int[Tensor, " other_time"], vocabulary: int
) -> float:
    """Mean −ln p(next | token) of a bigram model on the validation set, in nats.

    With add-one smoothing: p(b | a) = (count(a b) + 1) / (count(a) + vocabulary), counted in training.
    Only pairs that occur are stored, so the vocabulary may be large.
    """
    pairs = (train[:-1] * vocabulary + train[1:]).sort().values
    asked = validation[:-1] * vocabulary + validation[1:]
    seen = torch.searchsorted(pairs, asked, right=True) - torch.searchsorted(pairs, asked)
    firsts = torch.bincount(train[:-1], minlength=vocabulary)
    probability = (seen + 1).double() / (firsts[validation[:-1]] + vocabulary).double()
    return -float(probability.log().mean())
