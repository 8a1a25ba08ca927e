"""Layers without a fault, among which every check has something to pass."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

import zoo
from tests.zoo.testing.faulty import sound
from zoo.errors import InputError
from zoo.fields import Positive


class Looked(NamedTuple):
    out: Float[Tensor, "batch dim"]
    weights: Float[Tensor, "batch key"] | None


class Memory(NamedTuple):
    keys: Float[Tensor, "batch key dim"]
    real: Bool[Tensor, "batch key"]


@sound
@zoo.layer("sound/look")
class Look(nn.Module):
    """Attention by a learned query (nobody 2020): out = softmax(K q) K.

    ``query`` q: dim. ``mask`` is true at real keys.
    """

    unordered = ("key",)

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.rand(dim))

    def forward(
        self,
        key: Float[Tensor, "batch key dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        weights: bool = False,
        prepared: Memory | None = None,
    ) -> Looked:
        keys, real = prepared or self.prepare(key, mask)
        scores = keys @ self.query
        shares = scores.masked_fill(~real, torch.finfo(scores.dtype).min).softmax(-1) * real
        return Looked((shares.unsqueeze(-1) * keys).sum(1), shares if weights else None)

    def prepare(
        self, key: Float[Tensor, "batch key dim"], mask: Bool[Tensor, "batch key"] | None = None
    ) -> Memory:
        real = torch.ones_like(key[..., 0], dtype=torch.bool) if mask is None else mask
        return Memory(key.masked_fill(~real.unsqueeze(-1), 0), real)


class Tail(NamedTuple):
    steps: Float[Tensor, "batch past dim"] | None


@sound
@zoo.layer("sound/window", version=2)
class Window(nn.Module):
    """The sum of the last few steps, or, if it need not be causal, of all."""

    def __init__(
        self,
        window: Annotated[Positive, Field(description="How many steps, its own the last.")] = 3,
        causal: Annotated[bool, Field(description="Only steps that were.")] = True,
    ) -> None:
        super().__init__()
        self.window, self.causal = window, causal

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        if not self.causal:
            return x.sum(1, keepdim=True).expand_as(x)
        return self._summed(F.pad(x, (0, 0, self.window - 1, 0)), x.shape[1])

    def _summed(self, x: Tensor, length: int) -> Tensor:
        return torch.stack([x[:, i : i + length] for i in range(self.window)]).sum(0)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Tail:
        if not self.causal:
            raise InputError("pieces come in their order, and this window looks ahead; set causal")
        return Tail(None)

    def step(
        self, x: Float[Tensor, "batch time dim"], state: Tail
    ) -> tuple[Float[Tensor, "batch time dim"], Tail]:
        before = x.new_zeros(x.shape[0], self.window - 1, x.shape[2]) if state.steps is None else state.steps
        seen = torch.cat([before, x], 1)
        return self._summed(seen, x.shape[1]), Tail(seen[:, seen.shape[1] - self.window + 1 :])

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Any) -> tuple[str, ...]:
        return () if settings["causal"] else ("time",)

    @staticmethod
    def receptive_field(settings: Mapping[str, Any]) -> int | None:
        return settings["window"] if settings["causal"] else None

    @staticmethod
    def migrate(settings: Mapping[str, Any]) -> Mapping[str, Any]:
        """In version 1 the window was called steps."""
        return {"window" if name == "steps" else name: value for name, value in settings.items()}


@sound
@zoo.layer("sound/pairs")
class Pairs(nn.Module):
    """Each feature twice, behind a width that it takes in twelves alone."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        if dim % 12:
            raise ValueError(f"the width is a multiple of 12, and {dim} is not")

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any _"]:
        return torch.cat([x, x], -1)

    @staticmethod
    def shapes(_: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, tuple[Any, ...]]:
        *before, width = inputs["x"]
        return {"out": (*before, 2 * width)}

    @staticmethod
    def examples() -> Sequence[Mapping[str, Any]]:
        return [{}, {"dim": 36}]


@sound
@zoo.layer("sound/sphere")
class Sphere(nn.Module):
    """Every vector at length 1."""

    role = "norm"

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return F.normalize(x, dim=-1)


@sound
@zoo.layer("sound/sum_cell")
class SumCell(nn.Module):
    """A running sum (nobody 2020), one step: h' = h + x."""

    def forward(
        self, x: Float[Tensor, "batch dim"], h: Float[Tensor, "batch dim"]
    ) -> Float[Tensor, "batch dim"]:
        return h + x

    def fused(
        self,
        x: Float[Tensor, "batch time dim"],
        h: Float[Tensor, "batch dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time dim"], Float[Tensor, "batch dim"]]:
        x = x if mask is None else x.masked_fill(~mask.unsqueeze(-1), 0)
        steps = h.unsqueeze(1) + (x.flip(1) if reverse else x).cumsum(1)
        out = steps.flip(1) if reverse else steps
        return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), steps[:, -1]
