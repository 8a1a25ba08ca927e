"""Layer normalisation."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive


@layer("norm/layer_norm")
class LayerNorm(nn.Module):
    """Layer normalisation (Ba, Kiros & Hinton 2016): each vector to mean 0 and variance 1, scaled, shifted.

        out = (x - mean(x)) / √(var(x) + eps) ⊙ w + b

    Mean and variance are over the last axis; the variance is the biased one, and eps is inside the square
    root. ``weight`` w: dim, ones; ``bias`` b: dim, zeros.
    """

    role = "norm"

    def __init__(
        self,
        dim: Positive,
        eps: Annotated[
            float, Field(gt=0, description="Avoids division by zero for a constant vector.")
        ] = 1e-5,
        bias: Annotated[bool, Field(description="Whether b is learned and added.")] = True,
    ) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(empty(dim))
        self.bias = nn.Parameter(empty(dim)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to one and the bias to zero."""
        nn.init.ones_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, self.eps)
