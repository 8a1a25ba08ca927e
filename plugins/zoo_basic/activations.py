"""Activations: elementwise functions."""

from typing import Annotated, Literal

import torch.nn.functional as F
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer


@layer("basic/tanh")
class Tanh(nn.Module):
    """Hyperbolic tangent: (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ), between -1 and 1."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x.tanh()


@layer("basic/relu")
class ReLU(nn.Module):
    """Rectifier: max(0, x). Its gradient at 0 is 0."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return F.relu(x)


@layer("basic/sigmoid")
class Sigmoid(nn.Module):
    """Logistic function: 1 / (1 + e⁻ˣ), between 0 and 1, as for a gate."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x.sigmoid()


@layer("basic/gelu")
class GELU(nn.Module):
    """Gaussian error linear unit: x Φ(x), where Φ is the normal CDF (Hendrycks & Gimpel 2016).

    ``approximate: tanh`` is 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), as in BERT and GPT-2.
    """

    def __init__(
        self,
        approximate: Annotated[
            Literal["none", "tanh"], Field(description="Exact, or approximated by tanh.")
        ] = "none",
    ) -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return F.gelu(x, approximate=self.approximate)


@layer("basic/silu")
class SiLU(nn.Module):
    """Sigmoid linear unit, or swish: x σ(x) (Elfwing, Uchibe & Doya 2018)."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return F.silu(x)


@layer("basic/identity")
class Identity(nn.Module):
    """The input, unchanged: a place to wire to, or a name for a wire."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x
