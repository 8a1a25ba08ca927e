"""Multiplicative attention."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo_attention.memory import Attended, Memory, look_up, remember


@layer("attention/multiplicative")
class Multiplicative(nn.Module):
    """Multiplicative, or bilinear, attention (Luong, Pham & Manning 2015, "general"): the score is sᵀ W h.

    ``weight`` W: dim × memory, the widths of query and keys; uniform in ±1/√memory. The matrix is applied to
    the query, which is cheaper in a loop.

    ``mask`` is true at real tokens of the source; a query over a source without any gets zeros. The layer
    can stream; its memory is fixed from the start.
    """

    unordered = ("source",)

    def __init__(self, dim: Positive, memory: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(empty(dim, memory))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weight."""
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
        return look_up(query @ self.weight, prepared or self.prepare(keys, values, mask), weights)

    def prepare(
        self,
        keys: Float[Tensor, "batch source memory"],
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
        keys: Float[Tensor, "batch source memory"],
        values: Float[Tensor, "batch source value"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory:
        """The prepared memory."""
        return self.prepare(keys, values, mask)

    def step(
        self, query: Float[Tensor, "batch *steps dim"], state: Memory, *, weights: bool = False
    ) -> tuple[Attended, Memory]:
        """Attend from the next queries."""
        return look_up(query @ self.weight, state, weights), state
