"""Attention with linear biases, which penalise distant keys."""

from typing import Annotated

import torch
from jaxtyping import Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo_position.distance import distances


@layer("position/alibi")
class ALiBi(nn.Module):
    """Attention with linear biases (Press, Smith & Lewis 2022), for the port ``bias`` of an attention.

        bias[h, i, j] = -m_h |i - j|,   m_h = 2^(-8h/heads), h = 1 … heads

    If the number of heads is not a power of two, the slopes are those of the next smaller power, followed by
    every second slope of the next larger one, as in the authors' code. Of ``query`` and ``key``, only the
    lengths matter; if they differ, the last query is aligned with the last key, as in causal attention. The
    bias is symmetric: unless the attention is causal, it does not distinguish past and future. Nothing is
    learned, and the length is unlimited.
    """

    def __init__(
        self, heads: Annotated[Positive, Field(description="The number of heads, each with its own slope.")]
    ) -> None:
        super().__init__()
        self.heads = heads

    def forward(
        self, query: Float[Tensor, "batch query dim"], key: Float[Tensor, "batch key key_dim"]
    ) -> Float[Tensor, "heads query key"]:
        return self._bias(query, key.shape[1])

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """The number of steps so far: none."""
        return 0

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        state: int,
    ) -> tuple[Float[Tensor, "heads query seen"], int]:
        """The bias of the next queries for all keys so far."""
        end = state + key.shape[1]
        return self._bias(query, end), end

    def _bias(self, query: Tensor, keys: int) -> Tensor:
        near = distances(query.shape[1], keys, query.device).abs()
        scale = torch.tensor(slopes(self.heads), dtype=torch.float32, device=query.device)
        return (-scale[:, None, None] * near).to(query.dtype)


def slopes(heads: int) -> list[float]:
    """The slope of each head."""
    power = 1 << (heads.bit_length() - 1)
    first = [2 ** (-8 * h / power) for h in range(1, power + 1)]
    between = [2 ** (-8 * h / (2 * power)) for h in range(1, 2 * power + 1, 2)]
    return first + between[: heads - power]
