"""The linear recurrence h_t = a_t ⊙ h_(t-1) + b_t over a whole sequence, forward and backward.

On a CPU it is walked step by step: nothing reads and writes less. On a GPU a step is too small a piece of
work, and T of them wait for one another; there the sequence is cut into √T pieces of √T steps. All pieces
are walked side by side, each from zero; the pieces' ends are carried from piece to piece; and each step is
given what was carried into its piece: 2√T rounds of large operations, O(T) work and memory.

Nothing is divided and no logarithm is taken. With 0 ≤ a ≤ 1 nothing grows, and long sequences are as exact as
short ones; the scan by sums of logarithms loses digits with every step, and takes ten times as long here.
"""

from math import isqrt
from typing import Any, cast

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor
from torch.autograd.function import once_differentiable

from zoo.recurrence import exported, transformed

_FEW = 16
"""So many steps are not worth cutting into pieces."""


def linear_scan(
    decay: Float[Tensor, "batch time *any"],
    values: Float[Tensor, "batch time *any"],
    start: Float[Tensor, "batch *any"],
) -> Float[Tensor, "batch time *any"]:
    """All states h_t = decay_t ⊙ h_(t-1) + values_t, the one before the first step being ``start``."""
    if torch.compiler.is_exporting():
        return exported(lambda states, step: (step[0] * states[0] + step[1],), [start], [decay, values])[0]
    if not values.shape[1]:
        return values
    if transformed():  # torch.func needs operations that it knows
        return by_steps(decay, values, start)
    return cast("Any", _LinearScan).apply(decay, values, start)


class _LinearScan(torch.autograd.Function):
    """The scan. Its gradient is a scan, too, from the end; so only the states are kept for it."""

    @staticmethod
    def forward(ctx: Any, decay: Tensor, values: Tensor, start: Tensor) -> Tensor:
        states = scan(decay, values, start)
        ctx.save_for_backward(decay, start, states)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grad_outputs: Tensor) -> tuple[Tensor, Tensor, Tensor]:  # pyright: ignore[reportIncompatibleMethodOverride]  # the decorator hides ctx
        (arriving,) = grad_outputs
        decay, start, states = ctx.saved_tensors
        back = back_by_pieces if arriving.is_cuda and arriving.shape[1] > _FEW else back_by_steps
        return back(decay, start, states, arriving)


def scan(decay: Tensor, values: Tensor, start: Tensor) -> Tensor:
    """``linear_scan`` without gradients, in the way that suits the device."""
    return (by_pieces if values.is_cuda and values.shape[1] > _FEW else by_steps)(decay, values, start)


def by_steps(decay: Tensor, values: Tensor, start: Tensor) -> Tensor:
    """Step by step."""
    states: list[Tensor] = []
    for a, b in zip(decay.unbind(1), values.unbind(1), strict=True):
        start = torch.addcmul(b, a, start)
        states.append(start)
    return torch.stack(states, 1)


def by_pieces(decay: Tensor, values: Tensor, start: Tensor) -> Tensor:
    """In √T pieces side by side."""
    time = values.shape[1]
    length = isqrt(time - 1) + 1
    extra = (0, 0) * (values.dim() - 2)
    missing = -time % length
    # Steps behind the end hand the state on.
    shape = values.shape[0], -1, length, *values.shape[2:]
    decay = F.pad(decay, (*extra, 0, missing), value=1.0).reshape(shape)
    values = F.pad(values, (*extra, 0, missing)).reshape(shape)
    states, kept = torch.empty_like(values), torch.empty_like(decay)
    states[:, :, 0], kept[:, :, 0] = values[:, :, 0], decay[:, :, 0]
    for t in range(1, length):
        torch.addcmul(values[:, :, t], decay[:, :, t], states[:, :, t - 1], out=states[:, :, t])
        torch.mul(decay[:, :, t], kept[:, :, t - 1], out=kept[:, :, t])
    ends = by_steps(kept[:, :, -1], states[:, :, -1], start)
    carried = torch.cat([start.unsqueeze(1), ends[:, :-1]], 1).unsqueeze(2)
    return states.addcmul_(kept, carried).flatten(1, 2)[:, :time]


# With g_t = arriving_t + decay_(t+1) ⊙ g_(t+1), the gradient
# of values_t is g_t, and that of decay_t is g_t ⊙ h_(t-1).


def back_by_steps(
    decay: Tensor, start: Tensor, states: Tensor, arriving: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of decay, values and start, step by step from the end."""
    later = torch.zeros_like(start)
    of_decay: list[Tensor] = []
    of_values: list[Tensor] = []
    befores = [start, *states.unbind(1)[:-1]]
    for a, before, g in zip(
        reversed(decay.unbind(1)), reversed(befores), reversed(arriving.unbind(1)), strict=True
    ):
        total = g + later
        of_values.append(total)
        of_decay.append(total * before)
        later = a * total
    return torch.stack(of_decay[::-1], 1), torch.stack(of_values[::-1], 1), later


def back_by_pieces(
    decay: Tensor, start: Tensor, states: Tensor, arriving: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The same in √T pieces side by side."""
    later = torch.cat([decay[:, 1:], torch.zeros_like(decay[:, :1])], 1)
    total = by_pieces(later.flip(1), arriving.flip(1), torch.zeros_like(start)).flip(1)
    before = torch.cat([start.unsqueeze(1), states[:, :-1]], 1)
    return total * before, total, decay[:, 0] * total[:, 0]
