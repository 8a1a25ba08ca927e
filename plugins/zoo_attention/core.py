"""The core of softmax attention: from queries, keys and values to outputs.

    out_i = Σ_j w_ij v_j
    w_i = softmax over the permitted j of cap(s·q_iᵀk_j) + bias_ij,   cap(x) = c·tanh(x/c)

``attend`` calls ``F.scaled_dot_product_attention``, whose fast kernels never materialise the weights, unless
the weights are requested or a feature is used that no kernel has; ``explain`` reports the choice and its
reason. The layers pass what they add (windows, biases, sinks, grouped heads, caches) as arguments.

A query that may not attend to anything gets zeros, with zero gradients. Since a softmax over -∞ alone is NaN,
and kernels treat it differently, such a query attends to everything, and its output is multiplied by zero.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from zoo import choosing
from zoo_attention.kernels import Call, Choice, chosen
from zoo_attention.permission import Permission, triangle

EVERYWHERE = Permission()


def attend(
    query: Float[Tensor, "batch heads query dim"],
    key: Float[Tensor, "batch kv_heads key dim"],
    value: Float[Tensor, "batch kv_heads key value"],
    permission: Permission = EVERYWHERE,
    *,
    bias: Float[Tensor, "... heads query key"] | None = None,
    sinks: Float[Tensor, " heads"] | None = None,
    scale: float | None = None,
    soft_cap: float | None = None,
    dropout: float = 0.0,
    weights: bool = False,
) -> tuple[Float[Tensor, "batch heads query value"], Float[Tensor, "batch heads query key"] | None]:
    """The output of each query, and the attention weights if ``weights`` is true.

    ``key`` and ``value`` may have fewer heads than ``query``; each then serves a group of neighbouring query
    heads. ``sinks`` holds, for each head, the score of one additional key without a value, which absorbs
    weight. ``scale`` is s, by default 1/√dim. ``soft_cap`` is c; without it, cap(x) = x. ``dropout`` is the
    probability that a weight is dropped; the weights returned are those before dropout.
    """
    if choosing.listeners:
        choosing.tell(
            *explain(
                query,
                key,
                value,
                permission,
                bias=bias,
                sinks=sinks,
                scale=scale,
                soft_cap=soft_cap,
                dropout=dropout,
                weights=weights,
            )
        )
    if weights or soft_cap is not None:
        probs = attention_weights(
            query, key, permission, bias=bias, sinks=sinks, scale=scale, soft_cap=soft_cap
        )
        dropped = F.dropout(probs, dropout) if dropout else probs
        return dropped @ _for_each(value, query), probs if weights else None
    out = _call(query, key, value, permission, bias, sinks, scale, dropout).run()
    if sinks is not None:
        out = out[..., : value.shape[-1]]
    nonempty = permission.nonempty
    return (out if nonempty is None else out * nonempty.unsqueeze(1)), None


def explain(
    query: Float[Tensor, "batch heads query dim"],
    key: Float[Tensor, "batch kv_heads key dim"],
    value: Float[Tensor, "batch kv_heads key value"],
    permission: Permission = EVERYWHERE,
    *,
    bias: Float[Tensor, "... heads query key"] | None = None,
    sinks: Float[Tensor, " heads"] | None = None,
    scale: float | None = None,
    soft_cap: float | None = None,
    dropout: float = 0.0,
    weights: bool = False,
) -> Choice:
    """The kernel that ``attend`` uses for the same arguments, and why it is not a faster one."""
    if weights:
        return Choice("written out", "something reads the weights, and kernels do not hand them out")
    if soft_cap is not None:
        return Choice("written out", "no kernel caps the scores")
    return chosen(_call(query, key, value, permission, bias, sinks, scale, dropout))


def masked_softmax(
    scores: Float[Tensor, "*any query key"],
    permission: Permission,
    sinks: Float[Tensor, "*any query 1"] | None = None,
) -> Float[Tensor, "*any query key"]:
    """Softmax of each query's scores over its permitted keys; zeros for a query without any."""
    pairs, nonempty, _ = permission
    if pairs is not None:
        # The lowest finite number instead of -∞ keeps a row without any permitted key finite.
        scores = scores.masked_fill(~pairs, torch.finfo(scores.dtype).min)
    probs = scores.softmax(-1) if sinks is None else torch.cat([sinks, scores], -1).softmax(-1)[..., 1:]
    return probs if nonempty is None else probs * nonempty


def attention_weights(
    query: Float[Tensor, "batch heads query dim"],
    key: Float[Tensor, "batch kv_heads key dim"],
    permission: Permission = EVERYWHERE,
    *,
    bias: Float[Tensor, "... heads query key"] | None = None,
    sinks: Float[Tensor, " heads"] | None = None,
    scale: float | None = None,
    soft_cap: float | None = None,
) -> Float[Tensor, "batch heads query key"]:
    """The attention weights as a tensor; the arguments are those of ``attend``."""
    pairs = permission.pairs
    if permission.triangle:
        pairs = triangle(query.shape[-2], key.shape[-2], query.device)
    scaled = query * (query.shape[-1] ** -0.5 if scale is None else scale)
    scores = scaled @ _for_each(key, query).transpose(-2, -1)
    if soft_cap is not None:
        scores = soft_cap * (scores / soft_cap).tanh()
    if bias is not None:
        scores = scores + bias.to(scores.dtype)
    if sinks is not None:
        sinks = sinks.to(scores.dtype)[:, None, None].expand(*scores.shape[:-1], 1)
    return masked_softmax(scores, Permission(_for_heads(pairs), _for_heads(permission.nonempty)), sinks)


def _call(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    permission: Permission,
    bias: Tensor | None,
    sinks: Tensor | None,
    scale: float | None,
    dropout: float,
) -> Call:
    """The arguments for PyTorch's function."""
    pairs, nonempty, causal = permission
    if causal and (bias is not None or sinks is not None):
        pairs, causal = triangle(query.shape[-2], key.shape[-2], query.device), False
    if pairs is not None and nonempty is not None:
        pairs = pairs | ~nonempty
    mask = _for_heads(pairs)
    if bias is not None:
        mask = bias.to(query.dtype) if mask is None else torch.where(mask, bias.to(query.dtype), -math.inf)
        mask = mask if mask.dim() == 4 else mask.unsqueeze(0)
    if sinks is not None:
        factor = query.shape[-1] ** -0.5 if scale is None else scale
        query, key, value, mask = _with_sinks(query, key, value, mask, sinks / factor)
        scale = factor  # for the head width without the sinks' column
    return Call(query, key, value, mask, dropout, causal, scale, query.shape[1] != key.shape[1])


def _with_sinks(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, sinks: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """Prepend a key whose score is the sink's, by an additional column that is zero in all other keys.

    This needs no bias of heads × query × key, so the fast kernels remain usable.
    """
    column = sinks.to(query.dtype)[:, None, None].expand(*query.shape[:-1], 1)
    query = torch.cat([query, column], -1)
    sink = F.pad(key.new_zeros(*key.shape[:2], 1, key.shape[3]), (0, 1), value=1.0)
    key = torch.cat([sink, F.pad(key, (0, 1))], 2)
    value = F.pad(value, (0, 1, 1, 0))  # as wide as the keys, which the fast kernels require
    if mask is None:
        return query, key, value, None
    return query, key, value, F.pad(mask, (1, 0), value=mask.dtype is torch.bool)


def _for_each(x: Float[Tensor, "batch kv_heads key dim"], query: Tensor) -> Tensor:
    """Keys or values, repeated for each query head."""
    times = query.shape[1] // x.shape[1]
    return x if times == 1 else x.repeat_interleave(times, 1)


def _for_heads(pairs: Tensor | None) -> Tensor | None:
    return None if pairs is None else pairs.unsqueeze(1)
