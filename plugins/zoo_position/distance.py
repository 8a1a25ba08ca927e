"""How far keys stand from queries."""

import torch
from jaxtyping import Int
from torch import Tensor


def distances(queries: int, keys: int, device: torch.device) -> Int[Tensor, "query key"]:
    """For every query and key, how far behind the query's own place the key stands.

    The last query stands at the last key, as in causal attention: there may be keys of a past before.
    """
    own = torch.arange(keys - queries, keys, device=device)
    return torch.arange(keys, device=device) - own.unsqueeze(1)
