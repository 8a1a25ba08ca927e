"""Dot attention."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo_attention.memory import Attended, Memory, look_up, remember


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
        return look_up(query, prepared or self.prepare(keys, values, mask), weights)

    def prepare(
        self,
        keys: Float[Tensor, "batch source dim"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """What all queries share."""
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
        """The memory, which stays."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: Memory, *, weights: bool = False
    ) -> tuple[Attended, Memory]:
        """What the next queries find in the memory."""
        return look_up(query, state, weights), state
