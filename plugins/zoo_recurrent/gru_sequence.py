"""The gated recurrent unit over whole sequences."""

from typing import Annotated

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.recurrence import run, walk
from zoo_recurrent.gru import GRUCell
from zoo_recurrent.sequence import (
    Bidirectional,
    Dropped,
    Layers,
    Recurrence,
    ahead_when_bidirectional,
    check_streams,
    stacked,
)


@layer("recurrent/gru")
class GRU(nn.Module):
    """Layers of GRU cells over a sequence, in one direction or both. A cell: ``recurrent/gru_cell``.

        out_t = h_t, or with ``bidirectional`` [h_t of the forward cell; h_t of the backward cell]

    Each layer reads ``out`` of the one below. ``x``: batch × time × input; ``out``: batch × time × hidden,
    twice as wide with ``bidirectional``. ``mask`` is true at real steps; where it is false, states pass
    unchanged and ``out`` is zero. Padding may stand anywhere. The backward direction begins at each
    sequence's last real step; ``torch.nn.GRU``, given padding, begins in the padding.

    ``h`` are the states before the first step, zeros where it is not wired; the output of this name are those
    after the last. They are batch × states × hidden, state number layer · directions + direction: PyTorch's
    order, but behind the batch.

    ``cells`` are of ``recurrent/gru_cell``, in the order of the states. With ``reset_after`` all steps run in
    one kernel, on a GPU cuDNN's; the paper's kind has none and is walked step by step. A layer that runs
    forward alone streams.

    Cho et al., "Learning phrase representations using RNN encoder-decoder for statistical machine
    translation", 2014; both directions: Schuster & Paliwal, "Bidirectional recurrent neural networks", 1997.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        layers: Layers = 1,
        bidirectional: Bidirectional = False,
        dropout: Dropped = 0.0,
        reset_after: Annotated[
            bool, Field(description="Reset behind the matrix (PyTorch) or before it (paper).")
        ] = True,
    ) -> None:
        super().__init__()
        self.hidden, self.layers, self.bidirectional, self.dropout = hidden, layers, bidirectional, dropout
        self.cells = stacked(
            lambda width: GRUCell(width, hidden, reset_after), input, hidden, layers, bidirectional
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
        weights = [
            weight
            for cell in self.cells
            if isinstance(cell, GRUCell) and cell.bias_hh is not None
            for weight in (cell.weight_ih, cell.weight_hh, cell.bias, cell.bias_hh)
        ]
        if not weights:
            both = self.bidirectional
            return Recurrence(*walk([*self.cells], x, mask, [h], bidirectional=both, dropout=dropout))
        return Recurrence(
            *run(
                torch.gru,
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
        check_streams("recurrent/gru", bidirectional=self.bidirectional)
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
