"""One cell over a sequence: the functions of ``torch.nn.RNN``, ``GRU`` and ``LSTM``, with masks.

``x`` is batch × time × input, states are batch × hidden. Each returns h at every step, zeros at padding, and
the states after the last real step (with ``reverse``: the first). Biases may be missing. The rows of
``weight_ih`` and ``weight_hh`` are in PyTorch's order of gates.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from torch import Tensor

from zoo.recurrence.together import Known, OneWay, together


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
    """The walk of h' = (1 - z) ⊙ n + z ⊙ h, n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n)); rows of r, z, n."""
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
    """The walk of c' = f ⊙ c + i ⊙ g, h' = o ⊙ tanh(c'); rows in the order i, f, g, o."""
    way = OneWay("lstm", weight_ih, weight_hh, bias_ih, bias_hh, (h, c))
    out, (last,) = together(x, mask, way, reverse=reverse)
    return out, LSTMState(*last)
