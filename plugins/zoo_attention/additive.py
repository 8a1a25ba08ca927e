"""Additive attention."""

import math
from typing import NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_attention.memory import Attended, in_a_row, with_steps
from zoo_attention.padding import hide
from zoo_attention.permission import permit


class AdditiveMemory(NamedTuple):
    """Sanitised keys, with an axis for queries, and sanitised values.

    ``closed`` is added to the scores: -∞ at padding, 0 elsewhere. For a source that is all padding it is 0
    everywhere, and ``nonempty`` is false. Each is None if it would have no effect.
    """

    keys: Float[Tensor, "batch 1 source _"]
    values: Float[Tensor, "batch source _"]
    closed: Float[Tensor, "batch 1 source"] | None
    nonempty: Bool[Tensor, "batch 1 1"] | None


@layer("attention/additive")
class Additive(nn.Module):
    """Additive attention (Bahdanau, Cho & Bengio 2015): the score is vᵀ tanh(W₁ h + W₂ s).

    ``keys`` are the projected W₁ h: put a ``basic/linear`` without bias over the memory, outside of the loop,
    so that it is computed once and not at every step. ``weight`` W₂: attention × dim, uniform in ±1/√dim;
    ``energy`` v: attention, uniform in ±1/√attention.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. The layer
    can stream; its memory is fixed from the start.
    """

    unordered = ("source",)

    def __init__(self, dim: Positive, attention: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(attention, dim))
        self.energy = nn.Parameter(empty(attention))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights."""
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
        hidden, known, closed, nonempty = memory
        asked = in_a_row(F.linear(query, self.weight), 1)
        # In place: the sum is the largest tensor of the step, and the backward pass does not need it.
        scores = (hidden + asked).tanh_() @ self.energy
        probs = (scores if closed is None else scores.add_(closed)).softmax(-1)
        if nonempty is not None:
            probs = probs * nonempty
        return with_steps(query, torch.bmm(probs, known), probs if weights else None)

    def prepare(
        self,
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> AdditiveMemory:
        """The part of the computation that all queries share."""
        hidden, known = hide(keys, values, mask)
        allowed, nonempty, *_ = permit(keys, keys, mask)
        closed = None
        if allowed is not None:
            closed = torch.where(allowed if nonempty is None else allowed | ~nonempty, 0.0, -math.inf)
        return AdditiveMemory(hidden.unsqueeze(1), known, closed, nonempty)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source attention"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> AdditiveMemory:
        """The prepared memory."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: AdditiveMemory, *, weights: bool = False
    ) -> tuple[Attended, AdditiveMemory]:
        """Attend from the next queries."""
        return self._attend(query, state, weights), state
