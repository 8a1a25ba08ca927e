"""How far keys stand from queries."""

import torch
from jaxtyping import Int
from torch import Tensor


def distances(queries: int, keys: int, first: int, device: torch.device) -> Int[Tensor, "query key"]:
    """For every query i and key j, j - i; the first query stands at ``first``, the first key at 0."""
    i = torch.arange(first, first + queries, device=device)
    return torch.arange(keys, device=device) - i.unsqueeze(1)
