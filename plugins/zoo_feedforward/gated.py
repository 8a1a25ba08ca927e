"""Gated feed-forward networks: SwiGLU, GEGLU, ReGLU and other variants."""

from typing import Annotated

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive, Probability
from zoo.rows import RowLinear, linears
from zoo_feedforward.activations import ACTIVATIONS, Activation


@layer("feedforward/gated")
class Gated(nn.Module):
    """Gated position-wise feed-forward network (Shazeer 2020, GLU variants; Dauphin et al. 2017).

        out = W₂ (φ(W x) ⊙ V x)

    ``activation`` is φ: ``silu`` gives SwiGLU (PaLM, LLaMA), ``gelu`` GEGLU, ``relu`` ReGLU, ``sigmoid`` the
    original GLU, ``identity`` the bilinear form. There are three matrices instead of two; with ⅔ of the
    hidden width of an ungated network, it has the same number of parameters. ``dropout`` acts on the input of
    W₂.

    ``gate``: W hidden × dim, ``inner``: V hidden × dim, ``outer``: W₂ dim × hidden, all ``torch.nn.Linear``.
    """

    def __init__(
        self,
        dim: Positive,
        hidden: Annotated[Positive, Field(description="The inner width, often 8/3 times dim.")],
        activation: Activation = "silu",
        dropout: Probability = 0.0,
        bias: Annotated[bool, Field(description="Whether the three linear maps have a bias.")] = False,
    ) -> None:
        super().__init__()
        self.activation: Activation = activation
        self.dropout = dropout
        self.gate = RowLinear(dim, hidden, bias)
        self.inner = RowLinear(dim, hidden, bias)
        self.outer = RowLinear(hidden, dim, bias)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        gate, inner = linears(x, self.gate, self.inner)
        return self.outer(F.dropout(ACTIVATIONS[self.activation](gate) * inner, self.dropout, self.training))
