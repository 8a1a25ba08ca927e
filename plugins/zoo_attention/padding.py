"""Keeping the contents of padding, including NaN, out of results and gradients.

An attention weight of 0 is not enough, because 0 · NaN is NaN: in the result, and in the gradients of the
query and of the weights that produced the keys.
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
    """Keys and values with zeros where the mask is false, unless they are known to be harmless there.

    A weight of 0 suppresses any finite number, so the zeros matter only for NaN, ∞, and numbers whose
    products overflow. Inspecting the values costs a tenth of writing zeros (forward and backward). If key and
    value are the same tensor, so are the results.
    """
    if mask is None:
        return key, value
    hidden = _hidden(key, mask)
    return hidden, (hidden if value is key else _hidden(value, mask))


def tame(x: Float[Tensor, "batch key _"], mask: Bool[Tensor, "batch key"]) -> Float[Tensor, "batch key _"]:
    """Queries that are also keys, with zeros for padded ones that contain NaN, ∞ or numbers close to it.

    The output of such a query does not matter, but it would turn the gradients of all keys into NaN. Other
    padded queries are unchanged, so that the result does not depend on whether ``hide`` could inspect values.
    """
    wide = x.detach().to(torch.promote_types(x.dtype, torch.float32))
    wild = ~wide.square().sum(-1, keepdim=True).isfinite()
    return x.masked_fill(wild & ~mask.unsqueeze(-1), 0)


def _hidden(x: Tensor, mask: Tensor) -> Tensor:
    return x if seen(x, _harmless) else x.masked_fill(~mask.unsqueeze(-1), 0)


def _harmless(x: Tensor) -> bool:
    """Whether ``x`` has no NaN, ∞ or numbers close to it: whether its sum of squares is finite.

    The sum would overflow in float16 too easily.
    """
    flat = x.flatten()
    return x.dtype is not torch.float16 and math.isfinite(torch.dot(flat, flat).item())
