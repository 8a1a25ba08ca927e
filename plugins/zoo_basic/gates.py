"""Skip connections with a learned gate."""

from collections.abc import Callable
from typing import Annotated, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive

_ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": F.relu, "tanh": torch.tanh}


@layer("basic/highway")
class Highway(nn.Module):
    """Highway layer: a learned gate mixes a nonlinear map of the input with the input itself.

        t = σ(W_t x + b_t)
        out = t ⊙ a(W x + b) + (1 - t) ⊙ x

    ``activation`` is a. ``weight`` W and ``gate`` W_t: dim × dim, uniform in ±1/√dim; ``bias`` b: dim, zeros;
    ``gate_bias`` b_t: dim, initially negative, so that a deep stack starts close to the identity.

    Srivastava, Greff & Schmidhuber, "Training very deep networks", 2015.
    """

    def __init__(
        self,
        dim: Positive,
        activation: Annotated[
            Literal["relu", "tanh"], Field(description="The activation a of the new part.")
        ] = "relu",
        open: Annotated[
            float, Field(description="Initial bias of the gate; if negative, the input dominates.")
        ] = -1.0,
    ) -> None:
        super().__init__()
        self.activation, self.open = activation, open
        self.weight = nn.Parameter(empty(dim, dim))
        self.bias = nn.Parameter(empty(dim))
        self.gate = nn.Parameter(empty(dim, dim))
        self.gate_bias = nn.Parameter(empty(dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights, and set the biases to zero and ``open``."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)
        nn.init.uniform_(self.gate, -bound, bound)
        nn.init.zeros_(self.bias)
        nn.init.constant_(self.gate_bias, self.open)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        new = _ACTIVATIONS[self.activation](F.linear(x, self.weight, self.bias))
        return x + F.linear(x, self.gate, self.gate_bias).sigmoid() * (new - x)


@layer("basic/gated_residual")
class GatedResidual(nn.Module):
    """Gated residual connection: replaces ``basic/add`` around a block in a deep stack.

        out = x + σ(W x + b) ⊙ y                       ``kind: output``
        out = σ(W x + b) ⊙ x + (1 - σ(W x + b)) ⊙ y    ``highway``
        out = x + w ⊙ y                                ``scale``: W and b are one vector w

    ``x`` is the input of the block and ``y`` its output. ``weight`` W: dim × dim, uniform in ±1/√dim;
    ``bias`` b: dim, initially ``open``: with a negative value for ``output`` or a positive one for
    ``highway``, the block starts nearly closed. For ``scale``, ``weight`` w: dim, zeros, and the block starts
    closed.

    Output and highway: Parisotto et al., "Stabilizing Transformers for reinforcement learning", 2020; scale:
    Bachlechner et al., "ReZero is all you need", 2021, there with a single number for all of dim.
    """

    def __init__(
        self,
        dim: Positive,
        kind: Annotated[
            Literal["output", "highway", "scale"], Field(description="The formula of the gate.")
        ] = "output",
        open: Annotated[float, Field(description="Initial bias of the gate.")] = 0.0,
    ) -> None:
        super().__init__()
        self.kind, self.open = kind, open
        self.weight = nn.Parameter(empty(dim) if kind == "scale" else empty(dim, dim))
        self.bias = None if kind == "scale" else nn.Parameter(empty(dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weight, and set the bias to ``open``."""
        if self.bias is None:
            nn.init.zeros_(self.weight)
        else:
            bound = self.weight.shape[1] ** -0.5
            nn.init.uniform_(self.weight, -bound, bound)
            nn.init.constant_(self.bias, self.open)

    def forward(
        self, x: Float[Tensor, "*any dim"], y: Float[Tensor, "*any dim"]
    ) -> Float[Tensor, "*any dim"]:
        if self.bias is None:
            return x + self.weight * y
        gate = F.linear(x, self.weight, self.bias).sigmoid()
        return x + gate * y if self.kind == "output" else gate * x + (1 - gate) * y
