"""The simple recurrent network over whole sequences."""

from typing import Annotated, Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.recurrence import Kernel, run, walk
from zoo_recurrent.rnn import RNNCell
from zoo_recurrent.sequence import (
    Bidirectional,
    Dropped,
    Layers,
    Recurrence,
    ahead_when_bidirectional,
    check_streams,
    stacked,
)

_KERNELS: dict[str, Kernel] = {"tanh": torch.rnn_tanh, "relu": torch.rnn_relu}


@layer("recurrent/rnn")
class RNN(nn.Module):
    """Layers of simple recurrent cells over a sequence, in one direction or both.

        h_t = σ(W x_t + U h_(t-1) + b)
        out_t = h_t, or with ``bidirectional`` [h_t of the forward cell; h_t of the backward cell]

    Each layer reads ``out`` of the one below; σ is ``activation``. ``x``: batch × time × input; ``out``:
    batch × time × hidden, twice as wide with ``bidirectional``. ``mask`` is true at real steps; where it is
    false, states pass unchanged and ``out`` is zero. Padding may stand anywhere. The backward direction
    begins at each sequence's last real step; ``torch.nn.RNN``, given padding, begins in the padding.

    ``h`` are the states before the first step, zeros where it is not wired; the output of this name are those
    after the last. They are batch × states × hidden, state number layer · directions + direction: PyTorch's
    order, but behind the batch.

    ``cells`` are of ``recurrent/rnn_cell``, in the order of the states: one bias where ``torch.nn.RNN`` has
    two. With tanh and relu all steps run in one kernel, on a GPU cuDNN's; sigmoid and identity have none and
    are walked step by step. A layer that runs forward alone streams.

    Elman, "Finding structure in time", 1990; both directions: Schuster & Paliwal, "Bidirectional recurrent
    neural networks", 1997.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        layers: Layers = 1,
        bidirectional: Bidirectional = False,
        dropout: Dropped = 0.0,
        activation: Annotated[
            Literal["tanh", "relu", "sigmoid", "identity"], Field(description="What bends the sum.")
        ] = "tanh",
    ) -> None:
        super().__init__()
        self.hidden, self.layers, self.bidirectional, self.dropout = hidden, layers, bidirectional, dropout
        self.activation = activation
        self.cells = stacked(
            lambda width: RNNCell(width, hidden, activation), input, hidden, layers, bidirectional
        )

    sees_ahead = staticmethod(ahead_when_bidirectional)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        mask: Bool[Tensor, "batch time"] | None = None,
        h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
    ) -> Recurrence:
        if h is None:
            h = x.new_zeros(x.shape[0], len(self.cells), self.hidden)
        dropout = self.dropout if self.training else 0.0
        if self.activation not in _KERNELS:
            both = self.bidirectional
            return Recurrence(*walk([*self.cells], x, mask, [h], bidirectional=both, dropout=dropout))
        weights = [
            weight
            for cell in self.cells
            if isinstance(cell, RNNCell)
            for weight in (cell.weight_ih, cell.weight_hh, cell.bias, torch.zeros_like(cell.bias))
        ]
        return Recurrence(
            *run(
                _KERNELS[self.activation],
                [*self.cells],
                weights,
                x,
                mask,
                [h],
                layers=self.layers,
                bidirectional=self.bidirectional,
                dropout=dropout,
            )
        )

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
    ) -> Float[Tensor, "batch states hidden"]:
        """The states before the first step; InputError for a layer that also runs backward."""
        check_streams("recurrent/rnn", bidirectional=self.bidirectional)
        return torch.zeros(batch, self.layers, self.hidden, device=device, dtype=dtype) if h is None else h

    def step(
        self,
        x: Float[Tensor, "batch time input"],
        state: Float[Tensor, "batch states hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Recurrence, Float[Tensor, "batch states hidden"]]:
        """The next piece of a sequence."""
        found = self(x, mask, state)
        return found, found.h
