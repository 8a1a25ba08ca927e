"""One cell over a sequence: ``torch.nn.RNN``, ``GRU`` and ``LSTM`` as functions, with masks.

``x`` is batch × time × input, states are batch × hidden. Each function returns h at every step (zero at
padding) and the states after the last real step (with ``reverse``, the first). Biases are optional. The rows
of ``weight_ih`` and ``weight_hh`` are in PyTorch's order of gates.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from torch import Tensor

from zoo.recurrence.together import Known, OneWay, together


class LSTMState(NamedTuple):
    """The states of an LSTM: batch × hidden each."""

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
    """The recurrence h' = σ(W x + b + U h + c) over a sequence."""
    cell: Known = "rnn_tanh" if activation == "tanh" else "rnn_relu"
    way = OneWay(cell, weight_ih, weight_hh, bias_ih, bias_hh, (h,))
    out, ((last,),) = together(x, mask, way, reverse=reverse)
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
    """The recurrence h' = (1 - z) ⊙ n + z ⊙ h, n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n)); rows r, z, n."""
    way = OneWay("gru", weight_ih, weight_hh, bias_ih, bias_hh, (h,))
    out, ((last,),) = together(x, mask, way, reverse=reverse)
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
    """The recurrence c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c') over a sequence; rows i, f, g, o."""
    way = OneWay("lstm", weight_ih, weight_hh, bias_ih, bias_hh, (h, c))
    out, (last,) = together(x, mask, way, reverse=reverse)
    return out, LSTMState(*last)
