"""Linear maps that are as fast for a single row as memory can bring the weights.

Generation multiplies one row after another by all weights of a model, and then what counts is how fast they
are read. PyTorch hands one row to a routine that may take twice as long over it (MKL on processors of
AMD) as the batched product does over the same weight, cut into parts.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LARGE = 2**17
"""So many weights do not stay in the cache from one row to the next; fewer are no faster in parts."""


def linear(x: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """``F.linear``, x Wᵀ + b over the last axis, but for the order of its sums."""
    if weight.numel() < LARGE or torch.is_grad_enabled() or not _is_row(x, weight):
        return F.linear(x, weight, bias)
    outputs, inputs = weight.shape
    parts = outputs if outputs % 2 else 2
    several = weight.view(parts, -1, inputs)
    row = x.reshape(1, inputs).t().expand(parts, inputs, 1)  # other strides of this take the slow routine
    if bias is None:
        product = torch.bmm(several, row)
    else:
        product = torch.baddbmm(bias.view(parts, -1, 1), several, row)
    return product.view(*x.shape[:-1], outputs)


def _is_row(x: Tensor, weight: Tensor) -> bool:
    """Whether it is one row, and the weight of plain float32 on a CPU, neither of them traced."""
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
    """``torch.nn.Linear`` by ``linear``, for layers that stream."""

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)
