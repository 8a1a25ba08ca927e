"""The gated recurrent unit."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer, recurrence
from zoo.fields import Positive


@layer("recurrent/gru_cell")
class GRUCell(nn.Module):
    """Gated recurrent unit, one step (Cho et al. 2014).

        r = σ(W_r x + U_r h + b_r)      reset gate
        z = σ(W_z x + U_z h + b_z)      update gate
        h' = (1 - z) ⊙ n + z ⊙ h

    with a candidate n of one of two kinds, which are different functions:

        n = tanh(W_n x + b_n + r ⊙ (U_n h + c_n))      ``reset_after``: PyTorch's and cuDNN's
        n = tanh(W_n x + b_n + U_n (r ⊙ h))            the paper's

    ``weight_ih`` W: 3·hidden × input, ``weight_hh`` U: 3·hidden × hidden, their rows in the order r, z, n of
    ``torch.nn.GRUCell``, uniform in ±1/√hidden as there. ``bias`` b: 3·hidden. With ``reset_after`` there is
    ``bias_hh`` c, too: 3·hidden, of which c_n is a bias of its own, while c_r and c_z only add to b_r and
    b_z; the kernels want them. Biases start at zero.
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
        self.bias_hh = nn.Parameter(empty(3 * hidden)) if reset_after else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew and set the biases to zero."""
        bound = self.weight_hh.shape[1] ** -0.5
        nn.init.uniform_(self.weight_ih, -bound, bound)
        nn.init.uniform_(self.weight_hh, -bound, bound)
        nn.init.zeros_(self.bias)
        if self.bias_hh is not None:
            nn.init.zeros_(self.bias_hh)

    def forward(
        self, x: Float[Tensor, "batch input"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        if self.bias_hh is not None:
            return torch.gru_cell(x, h, self.weight_ih, self.weight_hh, self.bias, self.bias_hh)
        x_r, x_z, x_n = F.linear(x, self.weight_ih, self.bias).chunk(3, 1)
        U_r, U_z, U_n = self.weight_hh.chunk(3)
        r = (x_r + F.linear(h, U_r)).sigmoid_()
        z = (x_z + F.linear(h, U_z)).sigmoid_()
        n = (x_n + F.linear(r * h, U_n)).tanh_()
        return n + z * (h - n)

    @staticmethod
    def unfused(settings: Mapping[str, Any]) -> str:
        """Kernels reset behind the matrix."""
        return "" if settings["reset_after"] else "no kernel resets before the matrix (reset_after: false)"

    def fused(
        self,
        x: Float[Tensor, "batch time input"],
        h: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
        """All steps in one kernel: h at every step, and the last one."""
        weights = self.weight_ih, self.weight_hh, self.bias, self.bias_hh
        return recurrence.gru(x, h, mask, *weights, reverse=reverse)
