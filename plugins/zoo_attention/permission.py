"""Which query may attend to which key: masks, patterns and causality, combined.

A causal mask aligns the last query with the last key: with fewer queries than keys, the last query sees all
keys, as is necessary if the earlier keys come from a cache or a prefix. PyTorch's ``is_causal`` aligns the
first ones.
"""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.look import seen


class Permission(NamedTuple):
    """Which query may attend to which key.

    ``pairs`` is true where it may; None means everywhere. ``nonempty`` is false for a query that may not
    attend to anything; None if there is no such query. ``triangle`` stands for the plain causal pattern of
    equally many queries and keys, which kernels have built in; ``pairs`` is then None.
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
    """Permission to attend where ``mask`` and ``pairs`` are true; only the lengths of query and key matter.

    ``causal`` forbids keys after the query's own position; ``strict`` also forbids the key at that position.
    """
    queries, keys = query.shape[1], key.shape[1]
    allowed = mask if mask is None else mask.unsqueeze(1)
    if pairs is not None:
        allowed = pairs if allowed is None else allowed & pairs
    if causal and (strict or queries != 1):  # a single query is the last one, which sees all keys
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
    """The causal pattern: true at keys up to the query's own position or, if ``strict``, before it."""
    return torch.ones(1, queries, keys, dtype=torch.bool, device=device).tril(keys - queries - strict)


def _somewhere(allowed: Tensor) -> bool:
    return bool(allowed.any(-1).all())
