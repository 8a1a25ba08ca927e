"""Where the real steps of padded sequences are, and how to move them together."""

from __future__ import annotations

import torch
from torch import Tensor


def lengths(mask: Tensor) -> Tensor:
    """The number of real steps of each sequence, followed by 0 if padding precedes any real step, else by the
    number of all steps. This is the only place that waits for a GPU.
    """
    at_the_end = (mask[:, 1:] <= mask[:, :-1]).all()
    return torch.cat([mask.sum(1), at_the_end.unsqueeze(0) * mask.shape[1]]).cpu()


def real_first(mask: Tensor, told: Tensor, *, reverse: bool) -> Tensor | None:
    """The places of each sequence's real steps in the order of the walk, then those of padding; None if they
    are in this order already. ``told`` are the ``lengths``.
    """
    if not reverse and told[-1]:
        return None
    place = torch.arange(mask.shape[1], device=mask.device).expand_as(mask)
    order = (place.flip(1) if reverse else place).masked_fill(~mask, mask.shape[1])
    return order.argsort(dim=1, stable=True)


def moved(x: Tensor, places: Tensor) -> Tensor:
    """In each sequence the steps at these places, whole rows at a time."""
    first = torch.arange(0, places.numel(), places.shape[1], device=x.device).unsqueeze(1)
    return x.flatten(0, 1).index_select(0, (places + first).flatten()).view_as(x)


def empty(mask: Tensor) -> Tensor:
    """The sequences without a real step, batch × 1 × 1."""
    return ~mask.any(1)[:, None, None]
