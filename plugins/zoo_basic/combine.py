"""Combining inputs: sum, difference, product, concatenation; and scaling by a constant."""

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Annotated, Any

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.sizes import Size


@layer("basic/add")
class Add(nn.Module):
    """The sum of its inputs, as in a residual connection.

    All inputs must have the same shape. There is no broadcasting, since in a graph it is more often a mistake
    than intended.
    """

    role = "sum"

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.add, xs)


@layer("basic/multiply")
class Multiply(nn.Module):
    """The elementwise product of its inputs, as for a gate.

    All inputs must have the same shape; there is no broadcasting.
    """

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.mul, xs)


@layer("basic/subtract")
class Subtract(nn.Module):
    """The difference of two inputs of the same shape: out = a - b. There is no broadcasting."""

    def forward(
        self, a: Float[Tensor, "*any dim"], b: Float[Tensor, "*any dim"]
    ) -> Float[Tensor, "*any dim"]:
        return a - b


@layer("basic/scale")
class Scale(nn.Module):
    """Multiplication by a constant: out = factor · x, such as √dim for embeddings or 1/√dim for scores."""

    def __init__(
        self, factor: Annotated[float, Field(description="The number to multiply each element by.")]
    ) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x * self.factor


@layer("basic/concat")
class Concat(nn.Module):
    """The concatenation of its inputs along the last axis, in the order of the wires: [a; b; …].

    All other axes must agree; the width of the output is the sum of the input widths.
    """

    def forward(self, *xs: Float[Tensor, "*any _"]) -> Float[Tensor, "*any _"]:
        return torch.cat(xs, -1)

    @staticmethod
    def shapes(
        _: Mapping[str, Any], inputs: Mapping[str, Sequence[tuple[Size, ...]]]
    ) -> dict[str, tuple[Size, ...]]:
        """The first input's shape, with the sum of all widths."""
        xs = inputs["xs"]
        width: Size = 0
        for x in xs:
            width = width + x[-1]
        return {"out": (*xs[0][:-1], width)}
