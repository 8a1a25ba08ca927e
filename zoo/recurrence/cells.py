"""One cell over a sequence: the functions of ``torch.nn.RNN``, ``GRU`` and ``LSTM``, with masks.

``x`` is batch × time × input, states are batch × hidden. Each returns h at every step, zeros at padding, and
the states after the last real step (with ``reverse``: the first). Biases may be missing. The rows of
``weight_ih`` and ``weight_hh`` are in PyTorch's order of gates.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal, NamedTuple

import torch
from torch import Tensor

from zoo.recurrence.kernels import Kernel, run
from zoo.recurrence.walking import Cell


class LSTMState(NamedTuple):
    """What an LSTM hands on: batch × hidden each."""

    h: Tensor
    c: Tensor


def rnn(
    x: Tensor,
    h: Tensor,
    mask: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    *,
    activation: Literal["tanh", "relu"] = "tanh",
    reverse: bool = False,
) -> tuple[Tensor, Tensor]:
    """The walk of h' = σ(W x + b + U h + c)."""
    tanh = activation == "tanh"
    kernel: Kernel = torch.rnn_tanh if tanh else torch.rnn_relu
    cell: Cell = torch.rnn_tanh_cell if tanh else torch.rnn_relu_cell
    weights = _weights(weight_ih, weight_hh, bias_ih, bias_hh)
    out, last = _along(kernel, partial(_step, cell, weights), x, mask, [h], weights, reverse)
    return out, last


def gru(
    x: Tensor,
    h: Tensor,
    mask: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    *,
    reverse: bool = False,
) -> tuple[Tensor, Tensor]:
    """The walk of h' = (1 - z) ⊙ n + z ⊙ h, n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n)); rows of r, z, n."""
    weights = _weights(weight_ih, weight_hh, bias_ih, bias_hh)
    cell = partial(_step, torch.gru_cell, weights)
    out, last = _along(torch.gru, cell, x, mask, [h], weights, reverse)
    return out, last


def lstm(
    x: Tensor,
    h: Tensor,
    c: Tensor,
    mask: Tensor | None,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | None = None,
    bias_hh: Tensor | None = None,
    *,
    reverse: bool = False,
) -> tuple[Tensor, LSTMState]:
    """The walk of c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c'); rows in the order i, f, g, o."""
    weights = _weights(weight_ih, weight_hh, bias_ih, bias_hh)
    out, *last = _along(torch.lstm, partial(_lstm_step, weights), x, mask, [h, c], weights, reverse)
    return out, LSTMState(*last)


def _weights(
    weight_ih: Tensor, weight_hh: Tensor, bias_ih: Tensor | None, bias_hh: Tensor | None
) -> list[Tensor]:
    """With zeros for biases that are missing: kernels take both."""
    none = None if bias_ih is not None and bias_hh is not None else weight_hh.new_zeros(weight_hh.shape[0])
    biases = [none if bias is None else bias for bias in (bias_ih, bias_hh)]
    return [weight_ih, weight_hh, *(bias for bias in biases if bias is not None)]


def _step(cell: Cell, weights: Sequence[Tensor], x: Tensor, h: Tensor) -> Tensor | tuple[Tensor, ...]:
    return cell(x, h, *weights)


def _lstm_step(weights: Sequence[Tensor], x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
    weight_ih, weight_hh, bias_ih, bias_hh = weights
    return torch.lstm_cell(x, (h, c), weight_ih, weight_hh, bias_ih, bias_hh)


def _along(
    kernel: Kernel,
    cell: Cell,
    x: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    weights: Sequence[Tensor],
    reverse: bool,
) -> tuple[Tensor, ...]:
    """One cell along time."""
    starts = [state.unsqueeze(1) for state in states]
    out, *last = run(
        kernel, [cell], weights, x, mask, starts, layers=1, bidirectional=False, dropout=0.0, reverse=reverse
    )
    return out, *(state.squeeze(1) for state in last)
