"""Dot attention."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo_attention.memory import Attended, Memory, look_up, remember


@layer("attention/dot")
class Dot(nn.Module):
    """Dot attention (Luong, Pham & Manning 2015): the score is sᵀ h.

    Nothing is learned, so query and keys must have the same width; ``multiplicative`` has a matrix between
    different widths.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. The layer
    can stream; its memory is fixed from the start.
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
        return look_up(query, prepared or self.prepare(keys, values, mask), weights)

    def prepare(
        self,
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """The part of the computation that all queries share."""
        return remember(keys, values, mask)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """The prepared memory."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: Memory, *, weights: bool = False
    ) -> tuple[Attended, Memory]:
        """Attend from the next queries."""
        return look_up(query, state, weights), state
