"""Graphs small enough to know by heart, and layers with a fault in them."""

from typing import Any, cast

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from zoo.packs import Registry
from zoo.probing import Subject, subject

SIZES = {"batch": 3, "time": 11}
Steps = Float[Tensor, "batch time dim"]


def recurrent(cell: str, states: str = "h", settings: str = "") -> zoo.Graph:
    """A cell of 5 units walked over 3 features, and what it shows at every step."""
    state = ", ".join(f"{name}: zeros batch 5" for name in states)
    wires = ", ".join(["x: x", *(f"{name}: {name}" for name in states)])
    after = ", ".join(f"{name}: cell{'' if len(states) == 1 else f'.{name}'}" for name in states)
    first = "cell" if len(states) == 1 else "cell.h"
    return zoo.loads(f"""
format: zoo/1
name: walked
inputs: {{x: float batch time 3}}
outputs: {{y: walk.out}}
nodes:
  walk:
    scan:
      over: time
      each: {{x: x}}
      state: {{{state}}}
      nodes:
        cell: {{use: recurrent/{cell}, with: {{hidden: 5{settings}}}, in: {{{wires}}}}}
      next: {{{after}}}
      stack: {{out: {first}}}
""")


def linear_recurrence(rho: float, seed: int = 0) -> Subject:
    """h' = ρ Q h + W x with an orthogonal Q: whatever goes back a step is ρ times as long."""
    made = subject(recurrent("rnn_cell", settings=", activation: identity"), sizes=SIZES, seed=seed)
    with torch.no_grad():
        made.model.get_submodule("walk.cell").get_parameter("weight_hh").copy_(rho * orthogonal(5, seed))
    return made


def orthogonal(size: int, seed: int) -> Tensor:
    """A matrix that changes no length."""
    drawn = torch.randn(size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return cast(Any, torch.linalg).qr(drawn).Q


@zoo.layer("faulty/peek")
class Peek(nn.Module):
    """Each step gets something of the one after it, and the layer says nothing of that."""

    def forward(self, x: Steps) -> Steps:
        return x + 0.1 * torch.cat([x[:, 1:], torch.zeros_like(x[:, :1])], 1)


@zoo.layer("faulty/mean")
class Mean(nn.Module):
    """The mean over all steps, padding too."""

    def forward(self, x: Steps, mask: Bool[Tensor, "batch time"] | None = None) -> Float[Tensor, "batch dim"]:
        return x.mean(1)


@zoo.layer("faulty/root")
class Root(nn.Module):
    """√|x|, whose slope at zero is infinite."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.abs().sqrt()


@zoo.layer("faulty/logarithm")
class Logarithm(nn.Module):
    """ln x, which of negative numbers is none."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.log()


@zoo.layer("faulty/closed")
class Closed(nn.Module):
    """Minus infinity where x is negative, as scores that a softmax is to leave out."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x.masked_fill(x < 0, -torch.inf)


def with_faults() -> Registry:
    """The installed layers and those above."""
    known = [spec.cls for spec in zoo.registry().layers.values()]
    return Registry.of(*known, Peek, Mean, Root, Logarithm, Closed)
