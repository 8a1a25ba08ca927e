"""The feed-forward network of a Transformer."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive, Probability
from zoo.rows import RowLinear
from zoo_feedforward.activations import ACTIVATIONS, Activation


@layer("feedforward/ffn")
class FFN(nn.Module):
    """Position-wise feed-forward network (Vaswani et al. 2017, section 3.3).

        out = W₂ φ(W₁ x + b₁) + b₂

    ``activation`` is φ: ``relu`` in the paper, ``gelu`` in GPT. ``dropout`` acts on the output of φ, as in
    ``torch.nn.TransformerEncoderLayer``; for dropout of the residual branch, add a node.

    ``inner``: W₁ hidden × dim with b₁, ``outer``: W₂ dim × hidden with b₂, both ``torch.nn.Linear``.
    """

    def __init__(
        self,
        dim: Positive,
        hidden: Annotated[Positive, Field(description="The inner width, usually four times dim.")],
        activation: Activation = "relu",
        dropout: Probability = 0.0,
        bias: Annotated[bool, Field(description="Whether the two linear maps have a bias.")] = True,
    ) -> None:
        super().__init__()
        self.activation: Activation = activation
        self.dropout = dropout
        self.inner = RowLinear(dim, hidden, bias)
        self.outer = RowLinear(hidden, dim, bias)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        activated = ACTIVATIONS[self.activation](self.inner(x))
        return self.outer(F.dropout(activated, self.dropout, self.training))
