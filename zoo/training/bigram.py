"""What counting pairs of characters gets: the loss that stands beside a model's, to say what it means."""

from __future__ import annotations

import math

import torch
from jaxtyping import Int
from torch import Tensor


def bigram_loss(
    train: Int[Tensor, " time"], validation: Int[Tensor, " other_time"], vocabulary: int
) -> float:
    """Mean −ln p(next | character) over the validation part, in nats, of a bigram model with add-one
    smoothing.

    p(b | a) = (count(a b) + 1) / (count(a) + vocabulary), counted on the training part. Only pairs that occur
    are stored, so the vocabulary may be large.
    """
    pairs, counts = torch.unique(train[:-1] * vocabulary + train[1:], return_counts=True)
    firsts = torch.bincount(train[:-1], minlength=vocabulary)
    asked = validation[:-1] * vocabulary + validation[1:]
    place = torch.searchsorted(pairs, asked).clamp_(max=len(pairs) - 1)
    seen = torch.where(pairs[place] == asked, counts[place], 0)
    probability = (seen + 1).double() / (firsts[validation[:-1]] + vocabulary).double()
    return -float(probability.log().mean())


def bits(nats: float) -> float:
    """A loss in bits instead of nats: divided by ln 2."""
    return nats / math.log(2)
