"""Which query may attend to which key: masks, patterns and causality joined into one.

*Causality aligns at the end.* With fewer queries than keys the last query sees all keys, as it must when
earlier keys come from a cache or a prefix. PyTorch's ``is_causal`` aligns at the beginning.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.look import seen


class Permission(NamedTuple):
    """Which query may attend to which key.

    ``pairs`` is true where it may; None means everywhere. ``nonempty`` is false for a query that may attend
    to nothing; None when there is no such query. ``triangle`` is the plain causal pattern, which kernels have
    built in, for as many queries as keys; ``pairs`` is None then.
    """

    pairs: Bool[Tensor, "#batch #query key"] | None = None
    nonempty: Bool[Tensor, "#batch #query 1"] | None = None
    triangle: bool = False


def permit(
    query: Float[Tensor, "batch query ..."],
    key: Float[Tensor, "batch key ..."],
    mask: Bool[Tensor, "batch key"] | None = None,
    pairs: Bool[Tensor, "batch query key"] | None = None,
    *,
    causal: bool = False,
    strict: bool = False,
) -> Permission:
    """Permission to attend where both ``mask`` and ``pairs`` are true; of query and key, lengths alone count.

    ``causal`` forbids keys after the query's own place, and with ``strict`` the key at that place, too.
    """
    queries, keys = query.shape[1], key.shape[1]
    allowed = mask if mask is None else mask.unsqueeze(1)
    if pairs is not None:
        allowed = pairs if allowed is None else allowed & pairs
    if causal and (strict or queries != 1):  # one query is the last, which sees everything
        if allowed is None and queries == keys and not strict:
            return Permission(triangle=True)
        past = triangle(queries, keys, query.device, strict)
        allowed = past if allowed is None else allowed & past
    if allowed is None:
        return Permission()
    return Permission(allowed, None if seen(allowed, _somewhere) else allowed.any(-1, keepdim=True))


def triangle(
    queries: int, keys: int, device: torch.device, strict: bool = False
) -> Bool[Tensor, "1 query key"]:
    """The causal pattern: true at keys up to the query's own place; ``strict``: before it."""
    return torch.ones(1, queries, keys, dtype=torch.bool, device=device).tril(keys - queries - strict)


def _somewhere(allowed: Tensor) -> bool:
    return bool(allowed.any(-1).all())
