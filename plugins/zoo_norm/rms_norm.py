"""Root-mean-square normalisation."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive


@layer("norm/rms_norm")
class RMSNorm(nn.Module):
    """Root-mean-square normalisation (Zhang & Sennrich 2019): each vector to a mean square of 1, scaled.

        out = x / √(mean(x²) + eps) ⊙ w

    The mean is over the last axis. Unlike layer norm, it neither centres nor shifts, and is cheaper; it is
    used by LLaMA and its successors. ``weight`` w: dim, ones.
    """

    role = "norm"

    def __init__(
        self,
        dim: Positive,
        eps: Annotated[
            float, Field(gt=0, description="Avoids division by zero for a vector of zeros.")
        ] = 1e-6,
    ) -> None:
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(empty(dim))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the weight to one."""
        nn.init.ones_(self.weight)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return F.rms_norm(x, self.weight.shape, self.weight, self.eps)
