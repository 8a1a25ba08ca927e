"""Rules for attention: PyTorch's function, and the same written out as scores, softmax and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import isclose
from typing import Any

import torch
from torch import Tensor

from zoo.graph import Ref
from zoo.importing.at import NEVER, At, blocks_future, number, weight
from zoo.importing.seen import Scores, Seen, Unknown, Value

_HEADS = (0, 2, 1, 3)
"""batch × time × heads × part, turned to batch × heads × time × part."""


def scaled_dot_product_attention(
    at: At,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Seen:
    """softmax(Q Kᵀ / √dim) V, for each head."""
    q, k = at.seen(query), at.seen(key)
    if enable_gqa:
        raise Unknown("enable_gqa has no twin here")
    causal, mask = is_causal, None
    if attn_mask is not None:
        mask = _keys(at, attn_mask, hidden=False)
        causal = mask is None and blocks_future(attn_mask, true="seen")
    width = query.shape[-1]
    factor = width**-0.5 if scale is None else scale
    return _attended(at, Scores(q, k, at.result, factor, causal, mask, True, dropout_p), at.seen(value))


def matmul(at: At, input: Tensor, other: Tensor) -> Any:
    """A linear map, queries times keys, or attention weights times values."""
    a, b = at.value(input), at.value(other)
    if isinstance(a, Scores) and a.shares and isinstance(b, Seen):
        return _attended(at, a, b)
    if isinstance(a, Seen) and b is None and other.dim() == 2:
        settings = {"output": other.shape[1], "bias": False}
        return at.along("basic/linear", input, settings, {"weight": weight(other.t())})
    if isinstance(a, Seen) and isinstance(b, Seen):
        rank = input.dim()
        key = b.turned(other.transpose(-2, -1), (*range(rank - 2), rank - 1, rank - 2))
        if _is_heads(a) and _is_heads(key) and a.tensor.shape[-1] == key.tensor.shape[-1]:
            return Scores(a, key, at.result)
    raise Unknown("a product of matrices that is neither a linear map nor an attention")


def masked_fill(at: At, input: Tensor, mask: Tensor, value: Any) -> Any:
    """Masked scores, or a float mask."""
    scores, filled = at.scores(input), number(value)
    hides = filled is not None and filled <= NEVER
    if (
        hides
        and at.value(input) is None
        and mask.shape == input.shape
        and not bool(_others(input, mask).any())
    ):
        return replace(at.seen(mask), tensor=at.result, additive=True)
    if scores is None or scores.shares or filled is None or filled > NEVER:
        raise Unknown("only scores before a softmax are filled, with -∞")
    return _masked(at, scores, mask, hidden=True)


def _others(filled: Tensor, mask: Tensor) -> Tensor:
    """The elements of a tensor that were not filled (possibly in place)."""
    return filled.detach()[~mask]


def scaled(at: At, scores: Scores, factor: float) -> Scores:
    """Scaled scores."""
    if scores.shares or scores.causal or scores.mask:
        raise Unknown("scores are scaled behind their mask or softmax")
    return replace(scores, tensor=at.result, scale=scores.scale * factor)


def shares(at: At, scores: Scores) -> Scores:
    """Normalised scores: attention weights."""
    return replace(scores, tensor=at.result, shares=True)


def dropped(at: At, scores: Scores, p: float) -> Scores:
    """Attention weights with dropout."""
    if not scores.shares or scores.dropout:
        raise Unknown("scores are dropped before their softmax, or shares twice")
    return replace(scores, tensor=at.result, dropout=p)


def added(at: At, a: Value | None, b: Value | None, first: Any, second: Any) -> Scores:
    """Scores plus a constant float mask."""
    scores, mask = (a, second) if isinstance(a, Scores) else (b, first)
    other = b if isinstance(a, Scores) else a
    hides = other is None or (isinstance(other, Seen) and other.additive)
    if not isinstance(scores, Scores) or not hides or not isinstance(mask, Tensor) or scores.shares:
        raise Unknown("something is added to scores that is no mask")
    return _masked(at, scores, mask, hidden=True)


def _masked(at: At, scores: Scores, mask: Tensor, *, hidden: bool) -> Scores:
    keys = _keys(at, mask, hidden=hidden)
    if keys is None:
        causal = blocks_future(mask, true="hidden" if hidden else "seen") or scores.causal
        return replace(scores, tensor=at.result, causal=causal)
    if scores.mask is not None:
        raise Unknown("two masks of keys")
    return replace(scores, tensor=at.result, mask=keys)


def _keys(at: At, mask: Tensor, *, hidden: bool) -> Ref | None:
    """The mask that is true at real keys; None for a constant."""
    if at.value(mask) is None:
        return None
    seen = at.seen(mask)
    shape = tuple(mask.shape)
    if not seen.spread or len(seen.shape) < 2 or shape != (shape[0], *(1,) * (len(shape) - 2), shape[-1]):
        raise Unknown(f"a mask {list(shape)} that depends on the inputs is known as batch × 1 × 1 × keys")
    return at.mask(mask, real=not (hidden or seen.additive))


def _is_heads(seen: Seen) -> bool:
    return (len(seen.folds) == 2 and seen.axes == _HEADS) or (seen.tensor.dim() == 3 and seen.plain)


def _attended(at: At, scores: Scores, value: Seen) -> Seen:
    """Add the layer that computes the whole attention."""
    query, key = scores.query, scores.key
    if not all(map(_is_heads, (query, key, value))):
        raise Unknown("queries, keys and values are batch × heads × time × part, or batch × time × dim")
    folded = {len(each.folds) for each in (query, key, value)}
    heads = {each.folds[0] for each in (query, key, value) if each.folds}
    if len(folded) > 1 or len(heads) > 1:
        raise Unknown("queries, keys and values differ in their heads")
    if scores.causal and query.tensor.shape[-2] != key.tensor.shape[-2]:
        raise Unknown(
            "causal attention of as many queries as keys is known; PyTorch aligns others at the start"
        )
    count = heads.pop() if heads else 1
    settings: dict[str, Any] = {} if count == 1 else {"heads": count}
    settings |= {"causal": True} if scores.causal else {}
    settings |= {"dropout": float(scores.dropout)} if scores.dropout else {}
    usual = isclose(scores.scale, query.tensor.shape[-1] ** -0.5, rel_tol=1e-6)
    settings |= {} if usual else {"scale": float(scores.scale)}
    inputs = {"query": query.ref, "key": key.ref, "value": value.ref}
    inputs |= {} if scores.mask is None else {"mask": scores.mask}
    ref = at.place("attention/scaled_dot_product", inputs, settings, wanted="attend")
    return Seen(ref, at.result, value.folds, query.order)


def multi_head(
    at: At,
    module: torch.nn.MultiheadAttention,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,  # noqa: ARG001 - a hint that the mask is; the mask is looked at
) -> tuple[Seen, Seen | None]:
    """``nn.MultiheadAttention``."""
    seen = [at.seen(each) for each in (query, key, value)]
    wanted = (0, 1, 2) if module.batch_first else (1, 0, 2)
    if any(each.folds or each.tensor.dim() != 3 or each.axes != wanted for each in seen):
        raise Unknown("a graph is batch × time × dim; batch_first=False wants its input turned before it")
    inputs: dict[str, Any] = dict(zip(("query", "key", "value"), (each.ref for each in seen), strict=True))
    settings = settings_of(module)
    if key_padding_mask is not None:
        inputs["mask"] = at.mask(key_padding_mask, real=False)
    if attn_mask is not None and causal(at, attn_mask):
        settings["causal"] = True
    ref = at.place("attention/multi_head", inputs, settings, weights_of(at, module))
    out = Seen(ref, at.result[0], order=seen[0].order)
    if not need_weights or average_attn_weights:
        return out, None
    return out, Seen(Ref(ref.node, "weights"), at.result[1])


def causal(at: At, mask: Tensor) -> bool:
    """Whether a mask of queries and keys hides the future; raises Unknown if it depends on the inputs."""
    if at.value(mask) is not None:
        raise Unknown("attn_mask depends on the inputs; a constant causal one is known")
    return blocks_future(mask, true="hidden")


def settings_of(module: Any) -> dict[str, Any]:
    """The settings of ``attention/multi_head`` for a module."""
    if module.bias_k is not None or module.bias_v is not None or module.add_zero_attn:
        raise Unknown("add_bias_kv and add_zero_attn have no twin")
    settings: dict[str, Any] = {"heads": module.num_heads}
    settings |= {"dropout": float(module.dropout)} if module.dropout else {}
    return settings | ({} if module.in_proj_bias is not None else {"bias": False})


def weights_of(at: At, module: Any) -> dict[str, Tensor]:
    """Its weights by the names in ``attention/multi_head``; a matrix for all three projections is split."""

    def part(whole: Tensor, index: int) -> Tensor:
        return at.once((id(whole), index), lambda: whole.chunk(3)[index])

    own = (module.q_proj_weight, module.k_proj_weight, module.v_proj_weight)
    packed, bias = module.in_proj_weight, module.in_proj_bias
    found: dict[str, Tensor] = {"out.weight": module.out_proj.weight}
    for index, name in enumerate(("query", "key", "value")):
        found[f"{name}.weight"] = own[index] if own[index] is not None else part(packed, index)
        if bias is not None:
            found[f"{name}.bias"] = part(bias, index)
    return found | ({} if bias is None else {"out.bias": module.out_proj.bias})


RULES: Mapping[str, Any] = {
    "scaled_dot_product_attention": scaled_dot_product_attention,
    "matmul": matmul,
    "masked_fill": masked_fill,
}
