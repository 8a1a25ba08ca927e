"""Linear maps that are fast for a single row, and for several maps of one input.

Generation multiplies one row after another by all weights of a model, so it is bound by memory bandwidth.
PyTorch's routine for a single row can take twice as long (MKL on AMD processors) as a batched product over
the same weight, split into parts. Queries, keys and values of one input are three products with small
weights; one product with all three is faster.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LARGE = 2**17
"""Weights of this size do not stay in the cache between rows; splitting smaller ones gains nothing."""
SMALL = 2**16
"""Maps with at most this many weights each are faster as one product, given ``MANY`` rows."""
MANY = 128
"""The number of rows from which small maps are faster as one product."""
_HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks")


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear``, x Wᵀ + b over the last axis, except for the order of summation."""
    if weight.numel() < LARGE or torch.is_grad_enabled() or not _is_row(x, weight):
        return F.linear(x, weight, bias)
    outputs, inputs = weight.shape
    parts = outputs if outputs % 2 else 2
    several = weight.view(parts, -1, inputs)
    row = x.reshape(1, inputs).t().expand(parts, inputs, 1)  # with other strides, bmm takes the slow routine
    if bias is None:
        product = torch.bmm(several, row)
    else:
        product = torch.baddbmm(bias.view(parts, -1, 1), several, row)
    return product.view(*x.shape[:-1], outputs)


def _is_row(x: Tensor, weight: Tensor) -> bool:
    """Whether ``x`` is a single row and both are plain, contiguous float32 on a CPU, outside of tracing."""
    return (
        not torch.compiler.is_compiling()
        and x.numel() == weight.shape[1] == x.shape[-1]
        and x.dtype is weight.dtype is torch.float32
        and type(weight) in (Tensor, nn.Parameter)
        and weight.is_cpu
        and weight.is_contiguous()
        and not torch.is_autocast_enabled("cpu")
    )


class RowLinear(nn.Linear):
    """``torch.nn.Linear`` computed by ``linear``, for layers that stream."""

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)


def linears(x: Tensor, *maps: RowLinear) -> tuple[Tensor, ...]:
    """Apply several maps to the same input: small ones on a CPU as one product.

    Their weights are concatenated at each call, which takes less time than separate products lose.
    """
    biases: list[Tensor] = [each.bias for each in maps if each.bias is not None]  # pyright: ignore[reportUnnecessaryComparison] - torch types it without None
    if len(biases) not in (0, len(maps)) or not _are_small(x, maps) or not all(map(_is_plain, maps)):
        return tuple(each(x) for each in maps)
    weight = torch.cat([each.weight for each in maps])
    bias = torch.cat(biases) if biases else None
    return torch.split(F.linear(x, weight, bias), [each.out_features for each in maps], -1)


def _are_small(x: Tensor, maps: tuple[RowLinear, ...]) -> bool:
    """Whether one product is faster: many rows, few weights, a CPU, nothing traced."""
    inputs = maps[0].in_features
    return (
        x.numel() >= MANY * inputs
        and inputs * max(each.out_features for each in maps) <= SMALL
        and x.is_cpu
        and type(x) is Tensor
        and not torch.compiler.is_compiling()
    )


def _is_plain(linear: RowLinear) -> bool:
    """Whether its weight and bias are all there is: it is not a subclass (LoRA), and has no hooks."""
    return type(linear) is RowLinear and not any(getattr(linear, kind) for kind in _HOOKS)
