"""LSTM layers over padded sequences, for CPUs: padding is computed too, but changes no state.

oneDNN, part of PyTorch's CPU builds, trains a dense LSTM 1.5 to 5 times as fast as PyTorch trains a packed
one. It does not support padding, so an additional input is 1 at padding, and closes the input gate and opens
the forget gate so far that c passes exactly; h is read at the last real step.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from zoo.recurrence.padding import empty, moved, real_first

SURE = 1e4
"""Added to the input of a gate, this makes it exactly 0 or 1 in single precision."""


def pays(x: Tensor, told: Tensor) -> bool:
    """Whether this is faster: on a CPU with oneDNN, in single precision, if at least half of the steps are
    real; without gradients, where oneDNN gains less, at least three fifths.
    """
    dense = x.device.type == "cpu" and x.dtype == torch.float32 and torch.backends.mkldnn.is_available()
    least = 0.5 if torch.is_grad_enabled() else 0.6
    return dense and int(told[:-1].sum()) >= least * x.shape[0] * x.shape[1]


def through_padding(
    weights: Sequence[Tensor],
    x: Tensor,
    mask: Tensor,
    told: Tensor,
    states: Sequence[Tensor],
    *,
    layers: int,
    bidirectional: bool,
    dropout: float,
    reverse: bool,
) -> tuple[Tensor, Tensor, Tensor]:
    """The outputs, and h and c after the last real step, as ``kernels.run`` returns them."""
    lengths = told[:-1]
    padding = (torch.arange(x.shape[1]) >= lengths[:, None]).unsqueeze(2)
    ways = [real_first(mask, told, reverse=way) for way in ([False, True] if bidirectional else [reverse])]
    after: list[tuple[Tensor, Tensor]] = []
    for layer in range(layers):
        if layer and dropout:
            x = F.dropout(x, dropout)
        outs: list[Tensor] = []
        for places in ways:
            at = len(after)
            given = x if places is None else moved(x, places)
            h, c = (state[:, at] for state in states)
            out, c = _walked(weights[4 * at : 4 * at + 4], given, padding, h, c)
            last = out.gather(1, (lengths - 1).clamp(min=0)[:, None, None].expand(-1, 1, out.shape[2]))[:, 0]
            after.append((torch.where(empty(mask)[:, 0], h, last), c))
            out = out.masked_fill(padding, 0)
            outs.append(out if places is None else moved(out, places.argsort(dim=1)))
        x = torch.cat(outs, 2) if bidirectional else outs[0]
    h, c = (torch.stack(each, 1) for each in zip(*after, strict=True))
    return x, h, c


def _walked(
    weights: Sequence[Tensor], x: Tensor, padding: Tensor, h: Tensor, c: Tensor
) -> tuple[Tensor, Tensor]:
    """One layer in one direction, with padding at the end: h at every step, and the last c."""
    w, u, *biases = weights
    gate = w.shape[0] // 4
    carry = w.new_zeros(4 * gate, 1)  # input, forget, cell, output
    carry[:gate], carry[gate : 2 * gate] = -SURE, SURE
    given = torch.cat([x.masked_fill(padding, 0), padding.to(x.dtype)], 2)
    start = [h.unsqueeze(0).contiguous(), c.unsqueeze(0).contiguous()]
    parameters = [torch.cat([w, carry], 1), u, *biases]
    out, _, last = torch.lstm(given, start, parameters, True, 1, 0.0, torch.is_grad_enabled(), False, True)
    return out, last[0]
