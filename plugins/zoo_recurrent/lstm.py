"""The long short-term memory cell."""

from typing import Annotated, NamedTuple

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer, recurrence
from zoo.fields import Positive


class LSTMState(NamedTuple):
    """What an LSTM hands on: ``h`` is shown to other layers, ``c`` is kept for itself."""

    h: Float[Tensor, "batch hidden"]
    c: Float[Tensor, "batch hidden"]


@layer("recurrent/lstm_cell")
class LSTMCell(nn.Module):
    """Long short-term memory, one step (Hochreiter & Schmidhuber 1997; forget gate: Gers et al. 2000).

        i = σ(W_i x + U_i h + b_i)      input gate
        f = σ(W_f x + U_f h + b_f)      forget gate
        g = tanh(W_g x + U_g h + b_g)   candidate
        o = σ(W_o x + U_o h + b_o)      output gate
        c' = f ⊙ c + i ⊙ g
        h' = o ⊙ tanh(c')

    ``weight_ih`` W: 4·hidden × input, ``weight_hh`` U: 4·hidden × hidden, their rows in the order i, f, g, o
    of ``torch.nn.LSTMCell``, uniform in ±1/√hidden as there. ``bias`` b: 4·hidden, one where PyTorch has two
    that are added. It starts at zero, and at ``forget_bias`` for the forget gate: with PyTorch's start near 0
    that gate is half shut, and an untrained cell forgets as fast as a simple one (Jozefowicz, Zaremba &
    Sutskever 2015). The input gate starts at ``input_bias``; below 0 a cell lets little in until it has
    learned what for, and keeps what is rare among much that does not matter (negative starts: Hochreiter &
    Schmidhuber 1997; of both gates, by how far back is to be looked: Tallec & Ollivier 2018).
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        forget_bias: Annotated[
            float, Field(description="Start of the forget gate's bias; larger keeps longer.")
        ] = 1.0,
        input_bias: Annotated[
            float, Field(description="Start of the input gate's bias; negative lets less in.")
        ] = 0.0,
    ) -> None:
        super().__init__()
        self.forget_bias, self.input_bias = forget_bias, input_bias
        self.weight_ih = nn.Parameter(empty(4 * hidden, input))
        self.weight_hh = nn.Parameter(empty(4 * hidden, hidden))
        self.bias = nn.Parameter(empty(4 * hidden))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew, and set the bias to zero, ``forget_bias`` and ``input_bias``."""
        hidden = self.weight_hh.shape[1]
        bound = hidden**-0.5
        nn.init.uniform_(self.weight_ih, -bound, bound)
        nn.init.uniform_(self.weight_hh, -bound, bound)
        nn.init.zeros_(self.bias)
        nn.init.constant_(self.bias[:hidden], self.input_bias)
        nn.init.constant_(self.bias[hidden : 2 * hidden], self.forget_bias)

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
    ) -> LSTMState:
        # One call: what it costs on the CPU written out gate by gate, too, but a single fused kernel on CUDA.
        # That kernel takes two biases or none.
        bias = self.bias
        none = None if x.is_cpu else torch.zeros_like(bias)
        return LSTMState(*torch.lstm_cell(x, (h, c), self.weight_ih, self.weight_hh, bias, none))

    def fused(
        self,
        x: Float[Tensor, "batch time input"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], LSTMState]:
        """All steps in one kernel: h at every step, and the states after the last one."""
        out, last = recurrence.lstm(x, h, c, mask, self.weight_ih, self.weight_hh, self.bias, reverse=reverse)
        return out, LSTMState(*last)
