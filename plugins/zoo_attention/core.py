"""The core of every attention: from queries, keys and values to what each query gets.

    out_i = Σ_j w_ij v_j,   w_i = softmax over the permitted j of s·q_iᵀk_j

``attend`` goes through ``F.scaled_dot_product_attention`` and its fast kernels, which never write the weights
down, unless somebody wants to see them. ``weigh`` is the softmax alone, for scores that are no dot product.

A query that may attend to nothing gets zeros, and gradients of zero. A softmax over -∞ is NaN, and kernels
differ in what they make of it; so such a query is let attend to everything, and what it gets is multiplied by
zero.
"""

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from zoo_attention.permission import Permission, triangle


def attend(
    query: Float[Tensor, "batch heads query dim"],
    key: Float[Tensor, "batch heads key dim"],
    value: Float[Tensor, "batch heads key value"],
    permission: Permission,
    *,
    scale: float | None = None,
    dropout: float = 0.0,
    weights: bool = False,
) -> tuple[Float[Tensor, "batch heads query value"], Float[Tensor, "batch heads query key"] | None]:
    """What each query gets, and the weights if they are wanted.

    ``scale`` is s, 1/√dim if not given. ``dropout`` is the chance that a weight is dropped on its way to the
    value; the weights handed out are whole.
    """
    pairs, some, causal = permission
    if weights:
        if causal:
            pairs = triangle(query.shape[-2], key.shape[-2], query.device)
        scaled = query * (query.shape[-1] ** -0.5 if scale is None else scale)
        shares = weigh(scaled @ key.transpose(-2, -1), Permission(_for_heads(pairs), _for_heads(some)))
        return (F.dropout(shares, dropout) if dropout else shares) @ value, shares
    if pairs is not None and some is not None:
        pairs = pairs | ~some
    out = F.scaled_dot_product_attention(query, key, value, _for_heads(pairs), dropout, causal, scale=scale)
    return (out if some is None else out * some.unsqueeze(1)), None


def weigh(scores: Float[Tensor, "*any query key"], permission: Permission) -> Float[Tensor, "*any query key"]:
    """Softmax of each query's scores over its permitted keys; zeros for a query without any."""
    pairs, some, _ = permission
    if pairs is None:
        return scores.softmax(-1)
    # The lowest number instead of -∞ keeps a row without any key finite.
    shares = scores.masked_fill(~pairs, torch.finfo(scores.dtype).min).softmax(-1)
    return shares if some is None else shares * some


def _for_heads(pairs: Tensor | None) -> Tensor | None:
    return None if pairs is None else pairs.unsqueeze(1)
