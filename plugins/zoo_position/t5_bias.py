"""The learned relative position bias of T5."""

import math
from collections.abc import Mapping
from typing import Annotated, Any

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, empty, nn

from zoo import layer
from zoo.fields import Positive
from zoo.sizes import Size
from zoo_position.distance import distances


@layer("position/t5_bias")
class T5Bias(nn.Module):
    """Relative position bias (Raffel et al. 2020, T5), for the port ``bias`` of an attention.

        bias[h, i, j] = weight[bucket(j - i), h]

    Small distances have a bucket each; larger ones share buckets whose size grows by a constant factor up to
    ``max_distance``, beyond which all share the last. With ``causal``, all buckets are for the past, and
    later keys count as distance 0; otherwise, half of them are for each side. T5 does not divide its scores
    by √dim, so set ``scale: 1`` in the attention. Of ``query`` and ``key``, only the lengths matter; if they
    differ, the last query is aligned with the last key, as in causal attention. T5 shares one table among all
    layers (``reuse``).

    ``weight``: buckets × heads, drawn from N(0, 0.02²), so that the initial bias is small. Raises ValueError
    if buckets is not a multiple of 4 (of 2 with ``causal``), or max_distance is within the small distances.
    """

    def __init__(
        self,
        heads: Annotated[Positive, Field(description="The number of heads, each with its own bias.")],
        buckets: Annotated[int, Field(ge=2, description="The number of distances distinguished.")] = 32,
        max_distance: Annotated[Positive, Field(description="Larger distances share a bucket.")] = 128,
        causal: Annotated[bool, Field(description="Whether all buckets are for the past.")] = False,
    ) -> None:
        super().__init__()
        _check(buckets, max_distance, causal)
        self.buckets, self.max_distance, self.causal = buckets, max_distance, causal
        self.weight = nn.Parameter(empty(buckets, heads))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the table."""
        nn.init.normal_(self.weight, std=0.02)

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
        chosen = self._buckets(distances(query.shape[1], keys, query.device))
        return self.weight[chosen].permute(2, 0, 1)

    def _buckets(self, distance: Int[Tensor, "query key"]) -> Int[Tensor, "query key"]:
        """The row of the table for each distance."""
        side = self.buckets if self.causal else self.buckets // 2
        away = (-distance).clamp(min=0) if self.causal else distance.abs()
        near = side // 2  # the number of distances with a bucket each
        ratio = (away.clamp(min=1).float() / near).log() / math.log(self.max_distance / near)
        far = (near + (ratio * (side - near)).long()).clamp(max=side - 1)
        bucket = torch.where(away < near, away, far)
        return bucket if self.causal else bucket + side * (distance > 0)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        _check(settings["buckets"], settings["max_distance"], settings["causal"])
        return {}


def _check(buckets: int, max_distance: int, causal: bool) -> None:
    parts = 2 if causal else 4
    if buckets % parts:
        raise ValueError(
            f"buckets divide into {'near and far' if causal else 'two sides, near and far'}, and {buckets} "
            f"is no multiple of {parts}; make it one"
        )
    if max_distance <= buckets // parts:
        raise ValueError(
            f"max_distance is beyond the {buckets // parts} near buckets, got {max_distance}; enlarge it"
        )
