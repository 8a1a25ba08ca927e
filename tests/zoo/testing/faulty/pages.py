"""Faults in what people read and write, and in being traced."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import fails
from zoo.fields import Positive


@fails("settings")
@zoo.layer("faulty/picky")
class Picky(nn.Module):
    """It takes one width alone, which nobody would guess."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        if dim != 97:
            raise ValueError(f"the width is 97, and {dim} is not; nobody knows why")

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


@fails("form")
@zoo.layer("faulty/nameless")
class Nameless(nn.Module):
    """Nobody knows what its setting is for."""

    def __init__(self, fudge: float = 1.0) -> None:
        super().__init__()
        self.fudge = fudge

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.fudge * x


@fails("form")
@zoo.layer("faulty/boundless")
class Boundless(nn.Module):
    """Its width may be negative, says its type."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


@fails("page")
@zoo.layer("faulty/silent")
class Silent(nn.Module):
    """It learns something, and does not say what."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.secret = nn.Parameter(torch.rand(dim))

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.secret * x


@fails("compiles")
@zoo.layer("faulty/branching")
class Branching(nn.Module):
    """It leaves the graph that is traced, and so cannot be compiled in one piece."""

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        torch._dynamo.graph_break()
        return x.tanh()


@fails("exports")
@zoo.layer("faulty/fixed")
class FixedSize(nn.Module):
    """It turns the number of rows into a constant."""

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x * float(len(range(int(x.shape[0]))))


@fails()
@zoo.layer("faulty/exempt")
class Exempt(nn.Module):
    """A row is measured against the others of its batch, and it says so."""

    exempt: Mapping[str, str] = {"batching": "it compares the rows of a batch"}

    def __init__(self, shift: Annotated[float, Field(description="Added to all.")] = 0.0) -> None:
        super().__init__()
        self.shift = shift

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x - x.mean(0, keepdim=True) + self.shift if x.shape[0] else x


@fails("shapes")
@zoo.layer("faulty/excuse")
class Excuse(nn.Module):
    """It exempts itself from what it would pass."""

    exempt: Mapping[str, str] = {"shapes": "just in case"}

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.tanh()


@fails("graph_file", "migration")
@zoo.layer("faulty/migrating", version=2)
class Migrating(nn.Module):
    """A new default under the old name changes what a file says that gives the setting."""

    def __init__(self, times: Annotated[float, Field(description="What it multiplies by.")] = 2.0) -> None:
        super().__init__()
        self.times = times

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.times * x

    @staticmethod
    def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """Version 1 counted from zero."""
        return {"times": settings.get("times", 1.0) + 1}
