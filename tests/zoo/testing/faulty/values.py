"""Faults in what comes out: shapes, dtypes, devices, gradients."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import fails
from zoo.fields import Positive


@fails("shapes", "causality", "size_zero")
@zoo.layer("faulty/transposed")
class Transposed(nn.Module):
    """Two axes are transposed on their way out, which equal sizes would hide."""

    sees_ahead = ("time",)

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x.transpose(1, 2)


@fails("shapes_by_name")
@zoo.layer("faulty/rule")
class WrongRule(nn.Module):
    """Its rule knows the width of numbers, and not of names."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any _"]:
        return torch.cat([x, x], -1)

    @staticmethod
    def shapes(_: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        *before, width = inputs["x"]
        return {"out": (*before, 2 * width if isinstance(width, int) else width)}


@fails("fake_tensors", "meta_device")
@zoo.layer("faulty/reads")
class Reads(nn.Module):
    """It reads a number out of a tensor, and so waits for the device and cannot be traced."""

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        return x * 2 if x.numel() and float(x.detach().sum()) > 1e9 else x * 1


@fails("meta_device")
@zoo.layer("faulty/cpu")
class AlwaysCPU(nn.Module):
    """It makes a table on the CPU, wherever the model is."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x * torch.arange(x.shape[1], device="cpu", dtype=x.dtype).view(-1, 1)


@fails("pointwise")
@zoo.layer("faulty/mixing")
class Mixing(nn.Module):
    """It says that each place is on its own, and mixes all of them."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x - x.mean() if x.numel() else x


@fails("dtypes")
@zoo.layer("faulty/dtype")
class AlwaysDouble(nn.Module):
    """It computes in float64, whatever the model is in."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.double().exp()


@fails("dtypes")
@zoo.layer("faulty/rough")
class Rough(nn.Module):
    """A sum over squares of places that a low precision cannot tell apart."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return (x + 1e4) - 1e4


@fails("autocast")
@zoo.layer("faulty/autocast")
class NoAutocast(nn.Module):
    """What autocast makes of its product is written among numbers of another dtype.

    out = W x, with a ``weight`` W: dim × dim (nobody 2020).
    """

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(dim, dim))

    def forward(self, x: Float[Tensor, "batch dim"]) -> Float[Tensor, "batch dim"]:
        places = torch.arange(x.shape[1], device=x.device).expand_as(x)
        return torch.zeros_like(x).scatter(1, places, x @ self.weight)


@fails("gradients", "gradcheck")
@zoo.layer("faulty/detached")
class Detached(nn.Module):
    """Its parameter never learns.

    out = weight · x with ``weight``: dim (nobody 2020).
    """

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.rand(dim))

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return self.weight.detach() * x


class _Wrong(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx: Any, *gradients: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x**2 * gradients[0]


@fails("gradcheck")
@zoo.layer("faulty/backward")
class WrongBackward(nn.Module):
    """Its backward pass, written by hand, has a wrong factor."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        wrong: Any = _Wrong
        return wrong.apply(x)


class Looked(NamedTuple):
    out: Float[Tensor, "batch dim"]
    share: Float[Tensor, "batch dim"] | None


@fails("outputs_on_demand")
@zoo.layer("faulty/demand")
class Demanding(nn.Module):
    """Who asks for the share gets another result."""

    def forward(self, x: Float[Tensor, "batch dim"], *, share: bool = False) -> Looked:
        part = x.softmax(-1)
        return Looked(x * part if share else x, part if share else None)


@fails("optional_inputs")
@zoo.layer("faulty/optional")
class NeverAlone(nn.Module):
    """It takes an optional ``gate``, and cannot do without."""

    def forward(
        self, x: Float[Tensor, "batch dim"], gate: Bool[Tensor, "batch dim"] | None = None
    ) -> Float[Tensor, "batch dim"]:
        return x * ~gate  # pyright: ignore[reportOptionalOperand] - the fault


@fails("preparation")
@zoo.layer("faulty/prepared")
class Prepared(nn.Module):
    """What it prepares before a loop is not what it would make in it."""

    def forward(
        self,
        x: Float[Tensor, "batch dim"],
        keys: Float[Tensor, "batch source dim"],
        *,
        prepared: Tensor | None = None,
    ) -> Float[Tensor, "batch dim"]:
        return x * (keys.sum(1) if prepared is None else prepared)

    def prepare(self, keys: Float[Tensor, "batch source dim"]) -> Tensor:
        return keys.cumsum(1).sum(1)


@fails("size_one", "batching", "padded_batches")
@zoo.layer("faulty/squeezed")
class Squeezed(nn.Module):
    """Where one element is all there is, its axis is lost.

    A ``mask`` is true at real steps.
    """

    sees_ahead = ("time",)

    def forward(
        self, x: Float[Tensor, "batch time dim"], mask: Bool[Tensor, "batch time"] | None = None
    ) -> Float[Tensor, "batch dim"]:
        real = x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)
        return real.sum(1).squeeze()


@fails("size_zero")
@zoo.layer("faulty/empty")
class NeverEmpty(nn.Module):
    """The largest step of a sequence, which an empty one does not have."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch dim"]:
        return x.amax(1)


@fails("role")
@zoo.layer("faulty/mean")
class MeanForSum(nn.Module):
    """It says that it sums, and means."""

    role = "sum"

    def forward(self, *xs: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return torch.stack(xs).mean(0)
