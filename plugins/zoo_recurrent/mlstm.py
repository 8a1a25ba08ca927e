"""The LSTM cell with a matrix for a memory: mLSTM."""

import math
from typing import Annotated, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_recurrent.heads import check_heads, heads_divide


class MLSTMState(NamedTuple):
    """``h`` is shown to other layers; memory ``c``, normaliser ``n`` and scale ``m`` are kept for itself."""

    h: Float[Tensor, "batch {self.hidden}"]
    c: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads} {self.hidden}//{self.heads}"]
    n: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads}"]
    m: Float[Tensor, "batch {self.heads}"]


class Parts(NamedTuple):
    """What the cell makes of its input alone, by head: all that a step needs beside the state."""

    query: Float[Tensor, "batch *time heads part"]
    key: Float[Tensor, "batch *time heads part"]
    value: Float[Tensor, "batch *time heads part"]
    write: Float[Tensor, "batch *time heads"]
    keep: Float[Tensor, "batch *time heads"]
    show: Float[Tensor, "batch *time hidden"]


@layer("recurrent/mlstm_cell")
class MLSTMCell(nn.Module):
    """The matrix LSTM of xLSTM, one step (Beck et al., "xLSTM: extended long short-term memory", 2024).

        q = W_q x    k = W_k x / √d    v = W_v x    i = exp(ĩ)    f = σ(f̃)    o = σ(W_o x + b_o)
        C' = f C + i v kᵀ
        n' = f n + i k
        h' = o ⊙ C' q / max(|n'ᵀ q|, 1)

    for each of ``heads`` heads, whose width is d = hidden/heads. What was stored under a key is found by a
    query like it, as in attention, in a memory of fixed size. Nothing reads h: whole sequences are computed
    at once (``recurrent/mlstm``). C and n are kept divided by exp(m), m' = max(log f + m, ĩ); all states
    start at zero.

    ``weight``: 4·hidden × input, the rows of W_q, W_k, W_v and W_o; ``gates``: 2·heads × input, the rows of ĩ
    and f̃; both uniform in ±1/√input. ``bias``: hidden, b_o, zeros; ``gates_bias``: 2·heads, zeros for ĩ and
    ``forget_bias`` for f̃. Raises ValueError for heads that do not divide.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Annotated[Positive, Field(description="The width of the result.")],
        heads: Annotated[Positive, Field(description="Memories side by side.")],
        forget_bias: Annotated[
            float, Field(description="Start of the forget gate's bias; larger keeps longer.")
        ] = 3.0,
    ) -> None:
        super().__init__()
        check_heads(heads, hidden)
        self.hidden, self.heads, self.forget_bias = hidden, heads, forget_bias
        self.weight = nn.Parameter(empty(4 * hidden, input))
        self.bias = nn.Parameter(empty(hidden))
        self.gates = nn.Parameter(empty(2 * heads, input))
        self.gates_bias = nn.Parameter(empty(2 * heads))
        self.reset_parameters()

    shapes = staticmethod(heads_divide)

    def reset_parameters(self) -> None:
        """Draw the weights anew, and set the biases to zero and ``forget_bias``."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.gates, -bound, bound)
        nn.init.zeros_(self.bias)
        nn.init.zeros_(self.gates_bias)
        nn.init.constant_(self.gates_bias[self.heads :], self.forget_bias)

    def parts(self, x: Float[Tensor, "batch *time input"]) -> Parts:
        """Queries, keys, values and gates of any number of steps; the gates i and f as logarithms."""
        query, key, value, show = F.linear(x, self.weight).chunk(4, -1)
        write, keep = F.linear(x, self.gates, self.gates_bias).chunk(2, -1)
        part = self.hidden // self.heads
        shape = *x.shape[:-1], self.heads, part
        key = key / math.sqrt(part)
        return Parts(
            query.reshape(shape),
            key.reshape(shape),
            value.reshape(shape),
            write,
            F.logsigmoid(keep),
            (show + self.bias).sigmoid(),
        )

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        c: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads} {self.hidden}//{self.heads}"],
        n: Float[Tensor, "batch {self.heads} {self.hidden}//{self.heads}"],
        m: Float[Tensor, "batch {self.heads}"],
    ) -> MLSTMState:
        query, key, value, write, keep, show = self.parts(x)
        kept = keep + m
        m = torch.maximum(kept, write)
        i, f = (write - m).exp().unsqueeze(-1), (kept - m).exp().unsqueeze(-1)
        c = f.unsqueeze(-1) * c + (i * value).unsqueeze(-1) * key.unsqueeze(-2)
        n = f * n + i * key
        found = (c @ query.unsqueeze(-1)).squeeze(-1)
        h = found / largest((n * query).sum(-1), m).unsqueeze(-1)
        return MLSTMState(show * h.flatten(1), c, n, m)


def largest(fit: Tensor, m: Tensor) -> Tensor:
    """max(|fit|, 1) where both are to be divided by exp(m): what is above all numbers counts as the last."""
    return torch.maximum(fit.abs(), (-m).clamp(max=math.log(torch.finfo(m.dtype).max) - 1).exp())
