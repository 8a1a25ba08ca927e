"""Keeping what stands in padding, NaN included, out of results and gradients.

A weight of 0 does not keep NaN out, for 0 · NaN is NaN: in the result, and in the gradients of the query and
of the weights that made the keys.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from zoo_attention.look import seen


def hide(
    key: Float[Tensor, "batch key _"],
    value: Float[Tensor, "batch key _"],
    mask: Bool[Tensor, "batch key"] | None,
) -> tuple[Float[Tensor, "batch key _"], Float[Tensor, "batch key _"]]:
    """Keys and values with zeros where the mask is false, unless a look shows that they are harmless there.

    A weight of 0 silences whatever is finite, so zeros make a difference only beside NaN, ∞, and numbers
    whose products overflow. Looking costs a tenth of writing zeros (forward and backward). If key and value
    are one tensor, they stay one.
    """
    if mask is None:
        return key, value
    hidden = _hidden(key, mask)
    return hidden, (hidden if value is key else _hidden(value, mask))


def tame(x: Float[Tensor, "batch key _"], mask: Bool[Tensor, "batch key"]) -> Float[Tensor, "batch key _"]:
    """Queries that are keys as well, with zeros for those in padding that hold NaN, ∞ or anything near.

    What such a query gets is nobody's concern, but the gradients of all keys would be NaN with it. The others
    stay, so that the result is the same whether ``hide`` could look or not.
    """
    wide = x.detach().to(torch.promote_types(x.dtype, torch.float32))
    wild = ~wide.square().sum(-1, keepdim=True).isfinite()
    return x.masked_fill(wild & ~mask.unsqueeze(-1), 0)


def _hidden(x: Tensor, mask: Tensor) -> Tensor:
    return x if seen(x, _harmless) else x.masked_fill(~mask.unsqueeze(-1), 0)


def _harmless(x: Tensor) -> bool:
    """Neither NaN nor ∞ nor anything near: the sum of squares is finite. float16 ends too soon for it."""
    flat = x.flatten()
    return x.dtype is not torch.float16 and math.isfinite(torch.dot(flat, flat).item())
