"""Sparse alternatives to the softmax, whose probabilities can be exactly zero."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo_basic.softmax import ahead_without_mask

_FAR = -4.0


@layer("basic/sparsemax")
class Sparsemax(nn.Module):
    """Sparsemax over the last axis: the projection of x onto the simplex (Martins & Astudillo 2016).

        out_i = max(0, x_i - τ),   τ such that Σ_i out_i = 1

    Small scores get exactly zero. With a ``mask``, only elements where it is true take part, and the others
    get zero; a row without any gives zeros. τ is found by sorting; value and gradient are exact.
    """

    sees_ahead = staticmethod(ahead_without_mask)

    def forward(
        self, x: Float[Tensor, "*any dim"], mask: Bool[Tensor, "*any dim"] | None = None
    ) -> Float[Tensor, "*any dim"]:
        z, real = _scores(x, mask)
        ordered, counts = _ordered(z)
        sums = ordered.cumsum(-1)
        support = real & (z > _last((sums - 1) / counts, 1 + counts * ordered > sums))
        threshold = _mean(z, support) - 1 / _size(support, z.dtype)
        return torch.where(support, z - threshold, 0).to(x.dtype)


@layer("basic/entmax")
class Entmax(nn.Module):
    """1.5-entmax over the last axis: halfway from softmax to sparsemax (Peters, Niculae & Martins 2019).

        out_i = max(0, x_i / 2 - τ)²,   τ such that Σ_i out_i = 1

    It is smooth like softmax, but exactly zero for small scores. With a ``mask``, only elements where it is
    true take part, and the others get zero; a row without any gives zeros. τ is found by sorting; value and
    gradient are exact.
    """

    sees_ahead = staticmethod(ahead_without_mask)

    def forward(
        self, x: Float[Tensor, "*any dim"], mask: Bool[Tensor, "*any dim"] | None = None
    ) -> Float[Tensor, "*any dim"]:
        z, real = _scores(x, mask)
        z = z / 2
        ordered, counts = _ordered(z)
        mean = ordered.cumsum(-1) / counts
        spread = ordered.square().cumsum(-1) - counts * mean.square()
        thresholds = mean - ((1 - spread) / counts).clamp(min=0).sqrt()
        support = real & (z > _last(thresholds, thresholds <= ordered))
        mean = _mean(z, support)
        spread = torch.where(support, (z - mean).square(), 0).sum(-1, keepdim=True)
        threshold = mean - ((1 - spread) / _size(support, z.dtype)).sqrt()
        return torch.where(support, (z - threshold).square(), 0).to(x.dtype)


# The support is found without gradients. Given the support, the threshold is a closed formula of its
# elements, whose gradient is exact: an element that crosses the threshold does not change the value.


def _scores(x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """The scores in at least 32 bits, shifted so that the largest of each row is 0, and which take part.

    No score below -1 (-2 for entmax) can be in the support, so those far below may have any value.
    """
    z = x.to(torch.promote_types(x.dtype, torch.float32))
    real = torch.ones_like(z, dtype=torch.bool) if mask is None else mask
    if x.shape[-1]:
        z = z.masked_fill(~real, torch.finfo(z.dtype).min)
        z = (z - z.detach().amax(-1, keepdim=True)).masked_fill(~real, _FAR)
    return z, real


def _ordered(z: Tensor) -> tuple[Tensor, Tensor]:
    """Each row in descending order, and 1, 2, 3, …"""
    ordered = z.detach().clamp(min=_FAR).sort(-1, descending=True).values
    return ordered, torch.arange(1, z.shape[-1] + 1, dtype=z.dtype, device=z.device)


def _last(values: Tensor, holds: Tensor) -> Tensor:
    """The last value of each row for which ``holds``, which is true for the first values of a row."""
    if not values.shape[-1]:
        return values
    return values.gather(-1, holds.sum(-1, keepdim=True) - 1)


def _size(support: Tensor, dtype: torch.dtype) -> Tensor:
    return support.sum(-1, keepdim=True).clamp(min=1).to(dtype)


def _mean(z: Tensor, support: Tensor) -> Tensor:
    return torch.where(support, z, 0).sum(-1, keepdim=True) / _size(support, z.dtype)
