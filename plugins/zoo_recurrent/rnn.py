"""The simple recurrent cell."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer, recurrence
from zoo.fields import Positive

_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda total: total,
}


@layer("recurrent/rnn_cell")
class RNNCell(nn.Module):
    """Simple recurrent cell, one step (Elman 1990): the next state is a squeezed sum of input and state.

        h' = σ(W x + U h + b)

    ``activation`` is σ. With the identity it is a linear system, ∂h_t/∂h_j = U^(t-j), in which one can see
    gradients vanish and explode by the eigenvalues of U alone.

    ``weight_ih`` W: hidden × input, ``weight_hh`` U: hidden × hidden, both uniform in ±1/√hidden; ``bias`` b:
    hidden, zeros. ``torch.nn.RNNCell`` has two biases, whose sum is this one, and neither sigmoid nor
    identity.
    """

    def __init__(
        self,
        input: Positive,
        hidden: Positive,
        activation: Annotated[
            Literal["tanh", "relu", "sigmoid", "identity"], Field(description="What bends the sum.")
        ] = "tanh",
    ) -> None:
        super().__init__()
        self.activation = activation
        self.weight_ih = nn.Parameter(empty(hidden, input))
        self.weight_hh = nn.Parameter(empty(hidden, hidden))
        self.bias = nn.Parameter(empty(hidden))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew and set the bias to zero."""
        bound = self.bias.shape[0] ** -0.5
        nn.init.uniform_(self.weight_ih, -bound, bound)
        nn.init.uniform_(self.weight_hh, -bound, bound)
        nn.init.zeros_(self.bias)

    def forward(
        self, x: Float[Tensor, "batch input"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        total = torch.addmm(F.linear(x, self.weight_ih, self.bias), h, self.weight_hh.t())
        return _ACTIVATIONS[self.activation](total)

    @staticmethod
    def unfused(settings: Mapping[str, Any]) -> str:
        """Kernels bend by tanh and relu alone."""
        activation = settings["activation"]
        return "" if activation in ("tanh", "relu") else f"no kernel has activation '{activation}'"

    def fused(
        self,
        x: Float[Tensor, "batch time input"],
        h: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
        """All steps in one kernel: h at every step, and the last one."""
        activation = "relu" if self.activation == "relu" else "tanh"
        weights = self.weight_ih, self.weight_hh, self.bias
        return recurrence.rnn(x, h, mask, *weights, activation=activation, reverse=reverse)
