"""Attention of one query, or a sequence of them, over a memory: dot, multiplicative, additive.

The three differ in the score of a query s and a key h alone. ``query`` is one step (batch dim) inside a loop,
or all steps at once (batch target dim); keys and values are those of an encoder, computed once. So is what
depends on them and the mask alone (``prepare``): a step of a loop neither cleans nor looks. A stream keeps it
as its state: queries come in pieces, and the memory is there from the start.
"""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_attention.core import attend
from zoo_attention.padding import hide
from zoo_attention.permission import Permission, permit


class Attended(NamedTuple):
    """What each query gets; the weights, each row of which sums to one, when something reads them."""

    out: Float[Tensor, "batch *steps value"]
    weights: Float[Tensor, "batch *steps source"] | None


class Memory(NamedTuple):
    """Keys and values, clean and with an axis for heads.

    ``open`` is true at keys to attend to, ``some`` false for a source of padding alone; each is None where it
    would change nothing.
    """

    keys: Float[Tensor, "batch 1 source _"]
    values: Float[Tensor, "batch 1 source _"]
    open: Bool[Tensor, "batch 1 source"] | None
    some: Bool[Tensor, "batch 1 1"] | None


class AdditiveMemory(NamedTuple):
    """Keys and values, clean; the keys with an axis for queries.

    ``closed`` is added to scores: -∞ at padding, 0 elsewhere and in a source of padding alone, for which
    ``some`` is false. Each is None where it would change nothing.
    """

    keys: Float[Tensor, "batch 1 source _"]
    values: Float[Tensor, "batch source _"]
    closed: Float[Tensor, "batch 1 source"] | None
    some: Bool[Tensor, "batch 1 1"] | None


@layer("attention/dot")
class Dot(nn.Module):
    """Dot attention (Luong, Pham & Manning 2015): the score is sᵀ h.

    Query and keys have one width, for nothing is learned; ``multiplicative`` has a matrix between widths that
    differ.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. It streams:
    the memory is there from the start.
    """

    unordered = ("source",)

    def forward(
        self,
        query: Float[Tensor, "batch *steps dim"],
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
        *,
        weights: bool = False,
        prepared: Memory | None = None,
    ) -> Attended:
        return _dot(query, prepared or self.prepare(keys, values, mask), weights)

    def prepare(
        self,
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """What all queries share."""
        return _remember(keys, values, mask)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """The memory, which stays."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: Memory, *, weights: bool = False
    ) -> tuple[Attended, Memory]:
        """What the next queries find in the memory."""
        return _dot(query, state, weights), state


@layer("attention/multiplicative")
class Multiplicative(nn.Module):
    """Multiplicative, or bilinear, attention (Luong, Pham & Manning 2015, "general"): the score is sᵀ W h.

    ``weight`` W: dim × memory, the widths of query and keys; uniform in ±1/√memory. The matrix is applied to
    the query, which is the cheaper side in a loop.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. It streams:
    the memory is there from the start.
    """

    unordered = ("source",)

    def __init__(self, dim: Positive, memory: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(dim, memory))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weight anew."""
        bound = self.weight.shape[1] ** -0.5
        nn.init.uniform_(self.weight, -bound, bound)

    def forward(
        self,
        query: Float[Tensor, "batch *steps dim"],
        keys: Float[Tensor, "batch source memory"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
        *,
        weights: bool = False,
        prepared: Memory | None = None,
    ) -> Attended:
        return _dot(query @ self.weight, prepared or self.prepare(keys, values, mask), weights)

    def prepare(
        self,
        keys: Float[Tensor, "batch source memory"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """What all queries share."""
        return _remember(keys, values, mask)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source memory"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """The memory, which stays."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: Memory, *, weights: bool = False
    ) -> tuple[Attended, Memory]:
        """What the next queries find in the memory."""
        return _dot(query @ self.weight, state, weights), state


@layer("attention/additive")
class Additive(nn.Module):
    """Additive attention (Bahdanau, Cho & Bengio 2015): the score is vᵀ tanh(W₁ h + W₂ s).

    ``keys`` are W₁ h already: a ``basic/linear`` without bias over the memory, outside the loop, so that it
    is computed once and not at every step. ``weight`` W₂: attention × dim, uniform in ±1/√dim; ``energy`` v:
    attention, uniform in ±1/√attention.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. It streams:
    the memory is there from the start.
    """

    unordered = ("source",)

    def __init__(self, dim: Positive, attention: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(attention, dim))
        self.energy = nn.Parameter(empty(attention))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew."""
        for parameter in self.parameters():
            bound = parameter.shape[-1] ** -0.5
            nn.init.uniform_(parameter, -bound, bound)

    def forward(
        self,
        query: Float[Tensor, "batch *steps dim"],
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
        *,
        weights: bool = False,
        prepared: AdditiveMemory | None = None,
    ) -> Attended:
        return self._attend(query, prepared or self.prepare(keys, values, mask), weights)

    def _attend(self, query: Tensor, memory: AdditiveMemory, weights: bool) -> Attended:
        hidden, known, closed, some = memory
        asked = _in_line(F.linear(query, self.weight), 1)
        # In place: nobody needs the sums, the first of which is the largest tensor of the step.
        scores = (hidden + asked).tanh_() @ self.energy
        shares = (scores if closed is None else scores.add_(closed)).softmax(-1)
        if some is not None:
            shares = shares * some
        return _attended(query, torch.bmm(shares, known), shares if weights else None)

    def prepare(
        self,
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> AdditiveMemory:
        """What all queries share."""
        hidden, known = hide(keys, values, mask)
        allowed, some, *_ = permit(keys, keys, mask)
        closed = None
        if allowed is not None:
            closed = torch.where(allowed if some is None else allowed | ~some, 0.0, -math.inf)
        return AdditiveMemory(hidden.unsqueeze(1), known, closed, some)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> AdditiveMemory:
        """The memory, which stays."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: AdditiveMemory, *, weights: bool = False
    ) -> tuple[Attended, AdditiveMemory]:
        """What the next queries find in the memory."""
        return self._attend(query, state, weights), state


def _remember(keys: Tensor, values: Tensor, mask: Tensor | None) -> Memory:
    hidden, known = hide(keys, values, mask)
    allowed, some, _ = permit(keys, keys, mask)
    return Memory(hidden.unsqueeze(1), known.unsqueeze(1), allowed, some)


def _dot(query: Tensor, memory: Memory, weights: bool) -> Attended:
    asked = _in_line(query).unsqueeze(1)
    permission = Permission(memory.open, memory.some)
    out, shares = attend(asked, memory.keys, memory.values, permission, scale=1.0, weights=weights)
    return _attended(query, out.squeeze(1), None if shares is None else shares.squeeze(1))


def _in_line(query: Float[Tensor, "batch *steps dim"], *ones: int) -> Float[Tensor, "batch queries *_ dim"]:
    """The queries of all steps one behind the other, with axes of size 1 behind; one query without steps."""
    return query.reshape(query.shape[0], math.prod(query.shape[1:-1]), *ones, query.shape[-1])


def _attended(query: Tensor, out: Tensor, shares: Tensor | None) -> Attended:
    """Results with the steps that the query has."""
    steps = query.shape[:-1]
    return Attended(
        out.reshape(*steps, out.shape[-1]),
        None if shares is None else shares.reshape(*steps, shares.shape[-1]),
    )
