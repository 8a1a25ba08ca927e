"""Several wires into one: sum, product, side by side."""

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
    """The sum of its inputs: a residual connection, or gates that meet.

    All inputs have the same shape. Nothing is broadcast: where a size 1 would be stretched, a graph has a
    mistake more often than an intention.
    """

    role = "sum"

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.add, xs)


@layer("basic/multiply")
class Multiply(nn.Module):
    """The product of its inputs, element by element: a gate.

    All inputs have the same shape; nothing is broadcast.
    """

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.mul, xs)


@layer("basic/subtract")
class Subtract(nn.Module):
    """The difference of two wires: out = a - b. Both have the same shape; nothing is broadcast."""

    def forward(
        self, a: Float[Tensor, "*any dim"], b: Float[Tensor, "*any dim"]
    ) -> Float[Tensor, "*any dim"]:
        return a - b


@layer("basic/scale")
class Scale(nn.Module):
    """A fixed multiple: out = factor · x, such as the √dim of embeddings or the 1/√dim of scores."""

    def __init__(
        self, factor: Annotated[float, Field(description="What each element is multiplied by.")]
    ) -> None:
        super().__init__()
        self.factor = factor

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return x * self.factor


@layer("basic/concat")
class Concat(nn.Module):
    """Its inputs side by side along the last axis, in the order of the wires: [a; b; …].

    All other axes agree; the width of the output is the sum of the inputs' widths.
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
