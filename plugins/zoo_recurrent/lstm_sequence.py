"""Long short-term memory over whole sequences."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.recurrence import run
from zoo_recurrent.lstm import LSTMCell
from zoo_recurrent.sequence import (
    Bidirectional,
    Dropped,
    Layers,
    ahead_when_bidirectional,
    check_streams,
    stacked,
)


class LSTMOutput(NamedTuple):
    """``out`` is h of the last layer at every step; ``h`` and ``c`` are all states after the last one."""

    out: Float[Tensor, "batch time {self.hidden}*(1+{self.bidirectional})"]
    h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) {self.hidden}"]
    c: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) {self.hidden}"]


class LSTMPast(NamedTuple):
    """The states before the next piece of a stream."""

    h: Float[Tensor, "batch states hidden"]
    c: Float[Tensor, "batch states hidden"]


@layer("recurrent/lstm")
class LSTM(nn.Module):
    """Layers of LSTM cells over a sequence, in one direction or both. A cell: ``recurrent/lstm_cell``.

        out_t = h_t, or with ``bidirectional`` [h_t of the forward cell; h_t of the backward cell]

    Each layer reads ``out`` of the one below. ``x``: batch × time × input; ``out``: batch × time × hidden,
    twice as wide with ``bidirectional``. ``mask`` is true at real steps; where it is false, states pass
    unchanged and ``out`` is zero. Padding may stand anywhere. The backward direction begins at each
    sequence's last real step; ``torch.nn.LSTM``, given padding, begins in the padding.

    ``h`` and ``c`` are the states before the first step, zeros where they are not wired; the outputs of these
    names are those after the last. They are batch × states × hidden, state number layer · directions +
    direction: PyTorch's order, but behind the batch.

    ``cells`` are of ``recurrent/lstm_cell``, in the order of the states: one bias where ``torch.nn.LSTM`` has
    two, with its ``forget_bias`` and ``input_bias``. All steps run in one kernel, on a GPU cuDNN's. A layer
    that runs forward alone streams.

    Hochreiter & Schmidhuber, "Long short-term memory", 1997; both directions: Schuster & Paliwal,
    "Bidirectional recurrent neural networks", 1997; dropout between layers: Zaremba, Sutskever & Vinyals,
    "Recurrent neural network regularization", 2014.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        layers: Layers = 1,
        bidirectional: Bidirectional = False,
        dropout: Dropped = 0.0,
        forget_bias: Annotated[
            float, Field(description="Start of the forget gates' bias; larger keeps longer.")
        ] = 1.0,
        input_bias: Annotated[
            float, Field(description="Start of the input gates' bias; negative lets less in.")
        ] = 0.0,
    ) -> None:
        super().__init__()
        self.hidden, self.layers, self.bidirectional, self.dropout = hidden, layers, bidirectional, dropout
        self.cells = stacked(
            lambda width: LSTMCell(width, hidden, forget_bias, input_bias),
            input,
            hidden,
            layers,
            bidirectional,
        )

    sees_ahead = staticmethod(ahead_when_bidirectional)

    def forward(
        self,
        x: Float[Tensor, "batch time input"],
        mask: Bool[Tensor, "batch time"] | None = None,
        h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
        c: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
    ) -> LSTMOutput:
        states = self._states(x.shape[0], x.device, x.dtype, h, c)
        weights = [
            weight
            for cell in self.cells
            if isinstance(cell, LSTMCell)
            for weight in (cell.weight_ih, cell.weight_hh, cell.bias, torch.zeros_like(cell.bias))
        ]
        return LSTMOutput(
            *run(
                torch.lstm,
                [*self.cells],
                weights,
                x,
                mask,
                states,
                layers=self.layers,
                bidirectional=self.bidirectional,
                dropout=self.dropout if self.training else 0.0,
            )
        )

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        h: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
        c: Float[Tensor, "batch {self.layers}*(1+{self.bidirectional}) hidden"] | None = None,
    ) -> LSTMPast:
        """The states before the first step; InputError for a layer that also runs backward."""
        check_streams("recurrent/lstm", bidirectional=self.bidirectional)
        return self._states(batch, device, dtype, h, c)

    def step(
        self,
        x: Float[Tensor, "batch time input"],
        state: LSTMPast,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[LSTMOutput, LSTMPast]:
        """The next piece of a sequence."""
        found = self(x, mask, state.h, state.c)
        return found, LSTMPast(found.h, found.c)

    def _states(
        self, batch: int, device: torch.device, dtype: torch.dtype, h: Tensor | None, c: Tensor | None
    ) -> LSTMPast:
        zeros = torch.zeros(batch, len(self.cells), self.hidden, device=device, dtype=dtype)
        return LSTMPast(zeros if h is None else h, zeros if c is None else c)
