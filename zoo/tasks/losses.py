"""Losses and metrics that tasks share, as sums and counts."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from torch import Tensor

from zoo.tasks.batch import Mean
from zoo.tasks.task import Smoothing


def cross_entropy(
    logits: Float[Tensor, "*places labels"],
    target: Int[Tensor, "*places"],
    mask: Bool[Tensor, "*places"] | None = None,
    *,
    smoothing: float = 0.0,
    over: Smoothing = "all",
    padding: int | None = None,
) -> Mean:
    """−Σ q(k) ln p(k), in nats, over the positions where the mask is true.

    Without smoothing, q is 1 at the target. With it, q is 1 − ε there and ε is spread over all K labels
    (Szegedy et al. 2016), over the K − 1 others, or over the K − 2 that are neither the target nor
    ``padding`` (as machine translation toolkits do).
    """
    flat, answers = logits.flatten(0, -2).float(), target.flatten()
    if smoothing == 0.0 and mask is None:
        return Mean(F.cross_entropy(flat, answers, reduction="sum"), answers.numel())
    if smoothing == 0.0:
        losses = F.cross_entropy(flat, answers, reduction="none")
    elif over == "all":
        losses = F.cross_entropy(flat, answers, reduction="none", label_smoothing=smoothing)
    else:
        logs = flat.log_softmax(-1)
        hit = logs.gather(-1, answers[:, None])[:, 0]
        rest, labels = logs.sum(-1) - hit, flat.shape[-1] - 1
        if over == "words" and padding is not None:
            rest, labels = rest - logs[:, padding], labels - 1
        losses = -((1 - smoothing) * hit + smoothing / max(labels, 1) * rest)
    return masked(losses, mask)


def masked(values: Float[Tensor, ...], mask: Bool[Tensor, ...] | None) -> Mean:
    """The sum of the values where the mask is true; other values, including NaN, are ignored."""
    if mask is None:
        return Mean(values.sum(), values.numel())
    kept = mask.reshape(values.shape)
    return Mean(torch.where(kept, values, 0).sum(), kept.sum())


def accuracy(
    logits: Float[Tensor, "*places labels"],
    target: Int[Tensor, "*places"],
    mask: Bool[Tensor, "*places"] | None = None,
) -> Mean:
    """How often the most likely label is the target."""
    return masked((logits.argmax(-1) == target).float(), mask)
