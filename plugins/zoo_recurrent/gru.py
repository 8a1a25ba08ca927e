"""The gated recurrent unit."""

from typing import Annotated

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive


@layer("recurrent/gru_cell")
class GRUCell(nn.Module):
    """Gated recurrent unit, one step (Cho et al. 2014).

        r = σ(W_r x + U_r h + b_r)      reset gate
        z = σ(W_z x + U_z h + b_z)      update gate
        h' = (1 - z) ⊙ n + z ⊙ h

    with a candidate n of one of two kinds, which are different functions:

        n = tanh(W_n x + b_n' + r ⊙ (U_n h + b_n))      ``reset_after``: PyTorch's and cuDNN's
        n = tanh(W_n x + b_n' + U_n (r ⊙ h))            the paper's

    ``weight_ih`` W: 3·hidden × input, ``weight_hh`` U: 3·hidden × hidden, their rows in the order r, z, n of
    ``torch.nn.GRUCell``, uniform in ±1/√hidden as there. ``bias`` b_r, b_z, b_n': 3·hidden, and with
    ``reset_after`` ``bias_n`` b_n: hidden; both zeros. PyTorch has a second bias for r and z, too, which only
    adds to the first.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        reset_after: Annotated[
            bool, Field(description="Reset behind the matrix (PyTorch) or before it (paper).")
        ] = True,
    ) -> None:
        super().__init__()
        self.weight_ih = nn.Parameter(empty(3 * hidden, input))
        self.weight_hh = nn.Parameter(empty(3 * hidden, hidden))
        self.bias = nn.Parameter(empty(3 * hidden))
        self.bias_n = nn.Parameter(empty(hidden)) if reset_after else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew and set the biases to zero."""
        bound = self.weight_hh.shape[1] ** -0.5
        nn.init.uniform_(self.weight_ih, -bound, bound)
        nn.init.uniform_(self.weight_hh, -bound, bound)
        nn.init.zeros_(self.bias)
        if self.bias_n is not None:
            nn.init.zeros_(self.bias_n)

    def forward(
        self, x: Float[Tensor, "batch input"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        hidden = h.shape[1]
        if self.bias_n is not None:
            bias_hh = F.pad(self.bias_n, (2 * hidden, 0))
            return torch.gru_cell(x, h, self.weight_ih, self.weight_hh, self.bias, bias_hh)
        total = F.linear(x, self.weight_ih, self.bias)
        gates, candidate = slice(0, 2 * hidden), slice(2 * hidden, None)
        r, z = torch.addmm(total[:, gates], h, self.weight_hh[gates].t()).sigmoid().chunk(2, 1)
        n = torch.addmm(total[:, candidate], r * h, self.weight_hh[candidate].t()).tanh()
        return n + z * (h - n)
