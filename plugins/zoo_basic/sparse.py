"""Distributions that can be exactly zero: between the softmax and the maximum."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo_basic.softmax import ahead_without_mask

_FAR = -4.0


@layer("basic/sparsemax")
class Sparsemax(nn.Module):
    """Sparsemax over the last axis: the point of the simplex nearest to x (Martins & Astudillo 2016).

        out_i = max(0, x_i - τ),   τ such that Σ_i out_i = 1

    Small scores get exactly zero. Where ``mask`` is given, only elements where it is true take part, and the
    others get zero; a row without any gives zeros. τ is found by sorting, and the
    gradient is exact, too.
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

    Smooth as softmax, and exactly zero for small scores. Where ``mask`` is given, only elements where it is
    true take part, and the others get zero; a row without any gives zeros. τ is found by sorting, and the
    gradient is exact, too.
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


# The support is found without gradients. Given it, the threshold is a formula in its elements alone, whose
# gradient is that of the whole: moving an element across the threshold changes nothing.


def _scores(x: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor]:
    """The scores, the largest of each row moved to 0, in 32 bits at least; and which of them take part.

    Nothing below -1 (twice that for entmax) can be in a support, so what is far below may be anything.
    """
    z = x.to(torch.promote_types(x.dtype, torch.float32))
    real = torch.ones_like(z, dtype=torch.bool) if mask is None else mask
    if x.shape[-1]:
        z = z.masked_fill(~real, torch.finfo(z.dtype).min)
        z = (z - z.detach().amax(-1, keepdim=True)).masked_fill(~real, _FAR)
    return z, real


def _ordered(z: Tensor) -> tuple[Tensor, Tensor]:
    """Each row from the largest score down, and 1, 2, 3, …"""
    ordered = z.detach().clamp(min=_FAR).sort(-1, descending=True).values
    return ordered, torch.arange(1, z.shape[-1] + 1, dtype=z.dtype, device=z.device)


def _last(values: Tensor, holds: Tensor) -> Tensor:
    """Of each row the last value for which the condition holds; it holds for the first ones of a row."""
    if not values.shape[-1]:
        return values
    return values.gather(-1, holds.sum(-1, keepdim=True) - 1)


def _size(support: Tensor, dtype: torch.dtype) -> Tensor:
    return support.sum(-1, keepdim=True).clamp(min=1).to(dtype)


def _mean(z: Tensor, support: Tensor) -> Tensor:
    return torch.where(support, z, 0).sum(-1, keepdim=True) / _size(support, z.dtype)
