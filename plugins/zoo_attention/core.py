"""The core of every attention: from queries, keys and values to what each query gets.

    out_i = Σ_j w_ij v_j,   w_i = softmax over the allowed j of s·q_iᵀk_j

``attend`` goes through ``F.scaled_dot_product_attention`` and its fast kernels, which never write the weights
down, unless somebody wants to see them. ``weigh`` is the softmax, for scores that are no dot product. Three
things are ours:

*Empty rows.* A query that may attend to nothing gets zeros and gradients of zero. A softmax over -∞ would be
NaN, and kernels differ in what they make of it; so such a query is let attend to everything, and what it gets
is multiplied by zero.

*Padding.* A weight of 0 does not keep NaN out, for 0 · NaN is NaN, in the result and in the gradients of the
others. ``hide`` puts zeros where keys are masked.

*Causality aligns at the end.* With fewer queries than keys the last query sees all keys, as it must when
earlier keys come from a cache or a prefix. PyTorch's ``is_causal`` aligns at the beginning.
"""

import math

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor


def attend(
    query: Float[Tensor, "batch heads query dim"],
    key: Float[Tensor, "batch heads key dim"],
    value: Float[Tensor, "batch heads key value"],
    allowed: Bool[Tensor, "#batch #heads #query key"] | None = None,
    *,
    causal: bool = False,
    scale: float | None = None,
    dropout: float = 0.0,
    weights: bool = False,
) -> tuple[Float[Tensor, "batch heads query value"], Float[Tensor, "batch heads query key"] | None]:
    """What each query gets, and the weights if they are wanted.

    ``allowed`` is true where a query may attend. ``causal`` is for as many queries as keys and without
    ``allowed``; ``allowed_pairs`` says when. ``scale`` is s, 1/√dim if not given. ``dropout`` is the chance
    that a weight is dropped on its way to the value; the weights handed out are whole.
    """
    if weights:
        if causal:
            allowed = _triangle(query.shape[-2], key.shape[-2], query.device)
        scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
        shares = weigh(scores, allowed)
        return F.dropout(shares, dropout) @ value, shares
    if allowed is None:
        out = F.scaled_dot_product_attention(
            query, key, value, dropout_p=dropout, is_causal=causal, scale=scale
        )
        return out, None
    some = allowed.any(-1, keepdim=True)
    out = F.scaled_dot_product_attention(
        query, key, value, attn_mask=allowed | ~some, dropout_p=dropout, scale=scale
    )
    return out * some, None


def weigh(
    scores: Float[Tensor, "*any key"], allowed: Bool[Tensor, "*#any key"] | None
) -> Float[Tensor, "*any key"]:
    """Softmax of each row over its allowed elements; a row without any gets zeros."""
    if allowed is None:
        return scores.softmax(-1)
    return scores.masked_fill(~allowed, torch.finfo(scores.dtype).min).softmax(-1) * allowed


def allowed_pairs(
    queries: int,
    keys: int,
    device: torch.device,
    *,
    mask: Bool[Tensor, "batch key"] | None,
    pairs: Bool[Tensor, "batch query key"] | None,
    causal: bool,
    strict: bool,
) -> tuple[Bool[Tensor, "#batch 1 #query key"] | None, bool]:
    """Which query may attend to which key, and whether it is the plain triangle that kernels have built in.

    ``strict`` shuts a query out from the key at its own place, too.
    """
    allowed = None if mask is None else mask[:, None, None, :]
    if pairs is not None:
        allowed = pairs.unsqueeze(1) if allowed is None else allowed & pairs.unsqueeze(1)
    if not causal or (queries == 1 and not strict):  # the last query sees everything
        return allowed, False
    if allowed is None and queries == keys and not strict:
        return None, True
    triangle = _triangle(queries, keys, device, strict)
    return (triangle if allowed is None else allowed & triangle), False


def hide(
    x: Float[Tensor, "batch key dim"], mask: Bool[Tensor, "batch key"] | None
) -> Float[Tensor, "batch key dim"]:
    """``x`` with zeros where the mask is false; ``x`` itself where a look shows that it is harmless there.

    A weight of 0 silences whatever is finite, so zeros make a difference only beside NaN, ∞, and numbers
    whose products overflow. Looking costs a tenth of writing zeros (forward and backward), which counts in a
    loop that attends to one memory at every step.
    """
    if mask is None or _harmless(x):
        return x
    return x.masked_fill(~mask.unsqueeze(-1), 0)


def _harmless(x: Tensor) -> bool:
    """Whether ``x`` is known to hold neither NaN nor ∞ nor anything near it: its norm is finite.

    Only plain tensors on the CPU are looked at: on another device a look would wait for it, and while code is
    traced there is nothing to see. The range of float16 is so small that its norm proves nothing.
    """
    if torch.compiler.is_compiling() or type(x) is not Tensor or x.device.type != "cpu":
        return False
    if x.dtype is torch.float16:
        return False
    try:
        flat = x.detach().flatten()
        return math.isfinite(torch.dot(flat, flat).item())
    except RuntimeError:  # under vmap no number can be had from a tensor
        return False


def _triangle(
    queries: int, keys: int, device: torch.device, strict: bool = False
) -> Bool[Tensor, "1 1 query key"]:
    return torch.ones(1, 1, queries, keys, dtype=torch.bool, device=device).tril(keys - queries - strict)
