"""The core of every attention: from queries, keys and values to what each query gets.

    out_i = Σ_j w_ij v_j
    w_i = softmax over the permitted j of cap(s·q_iᵀk_j) + bias_ij,   cap(x) = c·tanh(x/c)

``attend`` goes through ``F.scaled_dot_product_attention`` and its fast kernels, which never write the weights
down, unless somebody wants to see them or asks for what no kernel has; ``explain`` says which it is and why.
Whatever an attention adds (windows, biases, sinks, grouped heads, caches) is an argument here.

A query that may attend to nothing gets zeros, and gradients of zero. A softmax over -∞ is NaN, and kernels
differ in what they make of it; so such a query is let attend to everything, and what it gets is multiplied by
zero.
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
    """What each query gets, and the weights if they are wanted.

    ``key`` and ``value`` may have fewer heads, of which each serves as many neighbouring heads of the query.
    ``sinks`` are scores of one key more in each head, which has no value: what it draws, nobody gets.
    ``scale`` is s, 1/√dim if not given. ``soft_cap`` is c; without it cap(x) = x. ``dropout`` is the chance
    that a weight is dropped on its way to the value; the weights handed out are whole.
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
    """The kernel that ``attend`` takes with the same arguments, and why it is no faster one."""
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
        # The lowest number instead of -∞ keeps a row without any key finite.
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
    """The weights, written down; the arguments are those of ``attend``."""
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
    """What PyTorch's function is called with."""
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
        scale = factor  # of the width without a column for sinks
    return Call(query, key, value, mask, dropout, causal, scale, query.shape[1] != key.shape[1])


def _with_sinks(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, sinks: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """One key more, in front, whose score is the sink's: through a column that all other keys have as zero.

    So it needs no bias of heads × query × key, and the fast kernels stay.
    """
    column = sinks.to(query.dtype)[:, None, None].expand(*query.shape[:-1], 1)
    query = torch.cat([query, column], -1)
    sink = F.pad(key.new_zeros(*key.shape[:2], 1, key.shape[3]), (0, 1), value=1.0)
    key = torch.cat([sink, F.pad(key, (0, 1))], 2)
    value = F.pad(value, (0, 1, 1, 0))  # as wide as the keys, as fast kernels want it
    if mask is None:
        return query, key, value, None
    return query, key, value, F.pad(mask, (1, 0), value=mask.dtype is torch.bool)


def _for_each(x: Float[Tensor, "batch kv_heads key dim"], query: Tensor) -> Tensor:
    """Keys or values, once for each head of the query."""
    times = query.shape[1] // x.shape[1]
    return x if times == 1 else x.repeat_interleave(times, 1)


def _for_heads(pairs: Tensor | None) -> Tensor | None:
    return None if pairs is None else pairs.unsqueeze(1)
