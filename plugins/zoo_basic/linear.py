"""The linear layer."""

from typing import Annotated

from jaxtyping import Float
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo.rows import linear


@layer("basic/linear")
class Linear(nn.Module):
    """A linear map of the last axis: out = x Wᵀ + b.

    ``weight``: output × input, as in ``torch.nn.Linear``; it can be tied to the table of an embedding.
    ``bias``: output. Both are initialised uniformly in ±1/√input, as there.
    """

    def __init__(
        self,
        input: Positive,
        output: Annotated[Positive, Field(description="The width of the output.")],
        bias: Annotated[bool, Field(description="Add a learned vector.")] = True,
    ) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(output, input))
        self.bias = nn.Parameter(empty(output)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise weight and bias."""
        bound = self.weight.shape[1] ** -0.5
        for parameter in self.parameters():
            nn.init.uniform_(parameter, -bound, bound)

    def forward(self, x: Float[Tensor, "*any input"]) -> Float[Tensor, "*any output"]:
        return linear(x, self.weight, self.bias)
