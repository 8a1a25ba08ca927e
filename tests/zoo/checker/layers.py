"""Layers for the checker's tests: small, of every kind that a hint can describe, and nobody's pack."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

import zoo
from zoo.fields import Positive, Probability
from zoo.packs import Registry


@zoo.layer("basic/embedding")
class Embedding(nn.Module):
    """A table: int in, float out."""

    def __init__(self, vocab: Positive, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(vocab, dim))

    def forward(self, tokens: Int[Tensor, "*any"]) -> Float[Tensor, "*any dim"]:
        return self.weight[tokens]


@zoo.layer("basic/linear")
class Linear(nn.Module):
    """W x + b."""

    def __init__(self, input: Positive, output: Positive, bias: bool = True) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(output, input))
        if bias:
            self.bias = nn.Parameter(torch.empty(output))

    def forward(self, x: Float[Tensor, "*any input"]) -> Float[Tensor, "*any output"]:
        return x @ self.weight.T


@zoo.layer("basic/add")
class Add(nn.Module):
    """The sum of two."""

    role = "sum"

    def forward(self, a: Float[Tensor, "*any"], b: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return a + b


@zoo.layer("basic/mean")
class Mean(nn.Module):
    """The mean of several."""

    def forward(self, *xs: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return torch.stack(xs).mean(0)


@zoo.layer("basic/concat")
class Concat(nn.Module):
    """Side by side."""

    def forward(self, *xs: Float[Tensor, "*any _"]) -> Float[Tensor, "*any _"]:
        return torch.cat(xs, -1)

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        shapes = inputs["xs"]
        return {"out": (*shapes[0][:-1], sum((shape[-1] for shape in shapes[1:]), shapes[0][-1]))}


@zoo.layer("basic/tanh")
class Tanh(nn.Module):
    """tanh."""

    def forward(self, x: Float[Tensor, "*any"]) -> Float[Tensor, "*any"]:
        return torch.tanh(x)


@zoo.layer("basic/shift")
class Shift(nn.Module):
    """One step less, or several."""

    def __init__(self, by: Annotated[int, Field(ge=1)] = 1) -> None:
        super().__init__()
        self.by = by

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time-{self.by} dim"]:
        return x[:, self.by :]


@zoo.layer("basic/halve")
class Halve(nn.Module):
    """Half the width, twice the time."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time*2 dim//2"]:
        batch, time, dim = x.shape
        return x.reshape(batch, 2 * time, dim // 2)


@zoo.layer("basic/pick")
class Pick(nn.Module):
    """Whatever the mode says."""

    def __init__(self, mode: Literal["first", "last"] = "last", scale: float | None = None) -> None:
        super().__init__()
        self.mode, self.scale = mode, scale

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch dim"]:
        return x[:, 0]


@zoo.layer("basic/fragile")
class Fragile(nn.Module):
    """Its rule has a bug."""

    def forward(self, x: Float[Tensor, "*any _"]) -> Float[Tensor, "*any _"]:
        return x

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        return {"out": inputs["y"]}


@zoo.layer("basic/reverse")
class Reverse(nn.Module):
    """The last step first."""

    sees_ahead = ("time",)

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x.flip(1)


class State(NamedTuple):
    """What a cell hands on."""

    h: Float[Tensor, "batch hidden"]
    c: Float[Tensor, "batch hidden"]


@zoo.layer("recurrent/lstm_cell")
class LSTMCell(nn.Module):
    """One step."""

    def __init__(self, input: Positive, hidden: Positive) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(input, hidden)

    def forward(
        self,
        x: Float[Tensor, "batch input"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
    ) -> State:
        return State(*self.cell(x, (h, c)))


class Attended(NamedTuple):
    """What is found, and where."""

    out: Float[Tensor, "batch value"]
    weights: Float[Tensor, "batch source"] | None


@zoo.layer("attention/additive")
class Additive(nn.Module):
    """One query over a memory."""

    def __init__(self, dim: Positive, attention: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(attention, dim))

    def forward(
        self,
        query: Float[Tensor, "batch dim"],
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
        *,
        weights: bool = False,
    ) -> Attended:
        return Attended(values[:, 0], None)


class Heads(NamedTuple):
    """What is found, and where each head looked."""

    out: Float[Tensor, "batch query dim"]
    weights: Float[Tensor, "batch heads query key"] | None


@zoo.layer("attention/multi_head")
class MultiHead(nn.Module):
    """Several small attentions."""

    def __init__(
        self,
        dim: Positive,
        heads: Positive,
        key_dim: Positive,
        causal: bool = False,
        dropout: Probability = 0.0,
    ) -> None:
        super().__init__()

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key key_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        weights: bool = False,
    ) -> Heads:
        return Heads(query, None)

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
        return () if settings["causal"] else ("key",)

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, Any]:
        batch, queries, dim = inputs["query"]
        if isinstance(dim, int) and dim % settings["heads"]:
            raise ValueError(f"dim {dim} does not divide into {settings['heads']} heads")
        return {
            "out": (batch, queries, dim),
            "weights": (batch, settings["heads"], queries, inputs["key"][1]),
        }


@zoo.layer("norm/layer_norm")
class LayerNorm(nn.Module):
    """A norm."""

    role = "norm"

    def __init__(self, dim: Positive, eps: Annotated[float, Field(gt=0)] = 1e-5) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(dim))

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


@zoo.layer("feedforward/ffn")
class FFN(nn.Module):
    """Two linear maps."""

    def __init__(self, dim: Positive, hidden: Positive, dropout: Probability = 0.0) -> None:
        super().__init__()
        self.inner = nn.Linear(dim, hidden)

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x


@zoo.layer("position/sinusoidal")
class Sinusoidal(nn.Module):
    """Positions."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x


REGISTRY = Registry.of(*(cls for cls in list(globals().values()) if hasattr(cls, "__zoo_spec__")))
