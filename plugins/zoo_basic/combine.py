"""Several wires into one: sum, product, side by side."""

import operator
from collections.abc import Mapping, Sequence
from functools import reduce
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from zoo import layer
from zoo.sizes import Size


@layer("basic/add")
class Add(nn.Module):
    """The sum of its inputs: a residual connection, or gates that meet.

    All inputs have the same shape. Nothing is broadcast: where a size 1 would be stretched, a graph has a
    mistake more often than an intention.
    """

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.add, xs)


@layer("basic/multiply")
class Multiply(nn.Module):
    """The product of its inputs, element by element: a gate.

    All inputs have the same shape; nothing is broadcast.
    """

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return reduce(operator.mul, xs)


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
