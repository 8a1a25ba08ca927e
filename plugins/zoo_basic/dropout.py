"""Dropout."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Probability


@layer("basic/dropout")
class Dropout(nn.Module):
    """In training, set each element to zero with probability p and divide the others by 1 - p.

    In evaluation, the input is unchanged.

    Srivastava et al., "Dropout: a simple way to prevent neural networks from overfitting", JMLR 15, 2014.
    """

    def __init__(
        self, p: Annotated[Probability, Field(description="The probability of dropping an element.")] = 0.1
    ) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return F.dropout(x, self.p, self.training)
