"""Distances between queries and keys."""

import torch
from jaxtyping import Int
from torch import Tensor


def distances(queries: int, keys: int, device: torch.device) -> Int[Tensor, "query key"]:
    """The distance j - i of every key j from every query i; positive for later keys.

    The last query is aligned with the last key, as in causal attention with keys from the past.
    """
    own = torch.arange(keys - queries, keys, device=device)
    return torch.arange(keys, device=device) - own.unsqueeze(1)
