"""The learned relative biases of T5."""

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
    """Relative position bias (Raffel et al. 2020, T5): a bias to wire to an attention's ``bias``.

        bias[h, i, j] = weight[bucket(j - i), h]

    Small distances have a bucket each, larger ones share buckets that grow by a constant factor up to
    ``max_distance``, beyond which all share the last. With ``causal`` all buckets are for the past, and later
    keys count as distance 0; else half of them are for each side. T5 does not divide its scores by √dim: give
    the attention ``scale: 1``. Of ``query`` and ``key`` only the lengths count; where these differ, the last
    query stands at the last key, as in causal attention. T5 shares one such table among all layers
    (``reuse``).

    ``weight``: buckets × heads, drawn from N(0, 0.02²): attention begins with hardly a preference. Raises
    ValueError for buckets that do not divide into sides and halves, or a max_distance within the near ones.
    """

    def __init__(
        self,
        heads: Annotated[Positive, Field(description="How many heads have a bias each.")],
        buckets: Annotated[int, Field(ge=2, description="How many distances are told apart.")] = 32,
        max_distance: Annotated[Positive, Field(description="From here on all distances are one.")] = 128,
        causal: Annotated[bool, Field(description="Whether all buckets are for the past.")] = False,
    ) -> None:
        super().__init__()
        _check(buckets, max_distance, causal)
        self.buckets, self.max_distance, self.causal = buckets, max_distance, causal
        self.weight = nn.Parameter(empty(buckets, heads))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the table anew."""
        nn.init.normal_(self.weight, std=0.02)

    def forward(
        self, query: Float[Tensor, "batch query dim"], key: Float[Tensor, "batch key key_dim"]
    ) -> Float[Tensor, "heads query key"]:
        return self._bias(query, key.shape[1])

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int:
        """How many steps there were before: none."""
        return 0

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        state: int,
    ) -> tuple[Float[Tensor, "heads query seen"], int]:
        """The bias of the next queries to all keys so far."""
        end = state + key.shape[1]
        return self._bias(query, end), end

    def _bias(self, query: Tensor, keys: int) -> Tensor:
        chosen = self._buckets(distances(query.shape[1], keys, query.device))
        return self.weight[chosen].permute(2, 0, 1)

    def _buckets(self, distance: Int[Tensor, "query key"]) -> Int[Tensor, "query key"]:
        """The row of the table for each distance."""
        side = self.buckets if self.causal else self.buckets // 2
        away = (-distance).clamp(min=0) if self.causal else distance.abs()
        near = side // 2  # so many distances have a bucket of their own
        ratio = (away.clamp(min=1).float() / near).log() / math.log(self.max_distance / near)
        far = (near + (ratio * (side - near)).long()).clamp(max=side - 1)
        bucket = torch.where(away < near, away, far)
        return bucket if self.causal else bucket + side * (distance > 0)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
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
