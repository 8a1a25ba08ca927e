"""The LSTM cell with exponential gates and a normaliser: sLSTM."""

from typing import Annotated, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_recurrent.heads import check_heads, heads_divide


class SLSTMState(NamedTuple):
    """``h`` is shown to other layers; cell ``c``, normaliser ``n`` and scale ``m`` are kept for itself."""

    h: Float[Tensor, "batch hidden"]
    c: Float[Tensor, "batch hidden"]
    n: Float[Tensor, "batch hidden"]
    m: Float[Tensor, "batch hidden"]


@layer("recurrent/slstm_cell")
class SLSTMCell(nn.Module):
    """The scalar LSTM of xLSTM, one step (Beck et al., "xLSTM: extended long short-term memory", 2024).

        z = tanh(z̃)    i = exp(ĩ)    f = σ(f̃)    o = σ(õ)    each of x and h, as in an LSTM
        c' = f c + i z
        n' = f n + i
        h' = o c' / n'

    The exponential input gate can overrule all that was stored before; the normaliser n keeps h in bounds.
    c and n grow without bounds, so both are kept divided by exp(m), m' = max(log f + m, ĩ), which cancels in
    h'. All states start at zero.

    ``weight_ih``: 4·hidden × input, rows in the order i, f, z, o; ``weight_hh``: 4·hidden × hidden/heads:
    h is mixed within each of ``heads`` parts of hidden, not between them. Both are uniform in ±1/√hidden.
    ``bias``: 4·hidden, zeros, and ``forget_bias`` for f. Raises ValueError for heads that do not divide.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        heads: Annotated[Positive, Field(description="Parts of the state that are mixed within.")] = 1,
        forget_bias: Annotated[
            float, Field(description="Start of the forget gate's bias; larger keeps longer.")
        ] = 3.0,
    ) -> None:
        super().__init__()
        check_heads(heads, hidden)
        self.heads, self.forget_bias = heads, forget_bias
        self.weight_ih = nn.Parameter(empty(4 * hidden, input))
        self.weight_hh = nn.Parameter(empty(4 * hidden, hidden // heads))
        self.bias = nn.Parameter(empty(4 * hidden))
        self.reset_parameters()

    shapes = staticmethod(heads_divide)

    def reset_parameters(self) -> None:
        """Draw the weights anew, and set the bias to zero and ``forget_bias``."""
        hidden = len(self.bias) // 4
        nn.init.uniform_(self.weight_ih, -(hidden**-0.5), hidden**-0.5)
        nn.init.uniform_(self.weight_hh, -(hidden**-0.5), hidden**-0.5)
        nn.init.zeros_(self.bias)
        nn.init.constant_(self.bias[hidden : 2 * hidden], self.forget_bias)

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
        n: Float[Tensor, "batch hidden"],
        m: Float[Tensor, "batch hidden"],
    ) -> SLSTMState:
        part = self.weight_hh.shape[1]
        mixing = self.weight_hh.view(4, self.heads, part, part)
        mixed = torch.einsum("bhp,ghqp->bghq", h.view(-1, self.heads, part), mixing)
        gates = F.linear(x, self.weight_ih, self.bias) + mixed.flatten(1)
        i, f, z, o = gates.chunk(4, 1)
        kept = F.logsigmoid(f) + m
        m = torch.maximum(kept, i)
        i, f = (i - m).exp(), (kept - m).exp()
        c = f * c + i * z.tanh()
        n = f * n + i
        return SLSTMState(o.sigmoid() * c / n, c, n, m)
