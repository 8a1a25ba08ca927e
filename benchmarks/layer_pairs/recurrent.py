"""Recurrent cells and layers beside torch's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from layer_pairs.making import DIM, Made, Pair, Work, alike, ours

SIZES = {"input": DIM, "hidden": DIM}


def cells(made: Made) -> Iterator[Pair]:
    """One step of a batch."""
    x, h, c = (made.rand(8 * made.batch, DIM) for _ in range(3))
    for name, peer in (("rnn", nn.RNNCell), ("gru", nn.GRUCell)):
        mine = ours(f"recurrent/{name}_cell", **SIZES)
        yield alike(f"{name}_cell", mine, f"nn.{peer.__name__}", peer(DIM, DIM), x, h)
    mine, theirs = ours("recurrent/lstm_cell", **SIZES), nn.LSTMCell(DIM, DIM)

    def own(x: Tensor, h: Tensor, c: Tensor) -> Tensor:
        return torch.cat(mine(x, h, c), 1)

    def other(x: Tensor, h: Tensor, c: Tensor) -> Tensor:
        return torch.cat(theirs(x, (h, c)), 1)

    yield Pair("lstm_cell", "nn.LSTMCell", Work(own, mine), Work(other, theirs), [x, h, c])


def sequences(made: Made) -> Iterator[Pair]:
    """Whole sequences, in one direction and in both."""
    x = made.sequence()
    for name, peer in (("rnn", nn.RNN), ("gru", nn.GRU), ("lstm", nn.LSTM)):
        for both in (False, True):
            settings: dict[str, Any] = {"bidirectional": both}
            title = f"{name}, both directions" if both else name
            theirs = peer(DIM, DIM, batch_first=True, **settings)
            yield alike(
                title, ours(f"recurrent/{name}", **SIZES, **settings), f"nn.{name.upper()}", theirs, x
            )
