"""Scaled dot-product attention."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive, Probability
from zoo.sizes import Size
from zoo_attention.cache import Past, appended, check_stream, remembered
from zoo_attention.core import attend
from zoo_attention.heads import Heads, Projected, check_heads, merge, split
from zoo_attention.padding import hide, tame
from zoo_attention.permission import Permission, permit

Causal = Annotated[bool, Field(description="A query sees no key after its own position.")]
Strict = Annotated[
    bool, Field(description="With causal: nor the key at its own position; the first query sees nothing.")
]
Dropout = Annotated[Probability, Field(description="The probability of dropping a weight in training.")]


Scale = Annotated[
    float | None, Field(description="The factor of the scores; by default, 1/√ of the width of a head.")
]
SoftCap = Annotated[
    Annotated[float, Field(gt=0)] | None, Field(description="Bounds scaled scores to ±c, by c·tanh(x/c).")
]


class Attended(NamedTuple):
    """The output of each query, and the attention weights, which sum to one, on demand."""

    out: Float[Tensor, "batch query value*{self.group}"]
    weights: Float[Tensor, "batch {self.heads} query key"] | None


@layer("attention/scaled_dot_product")
class ScaledDotProduct(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017): out = softmax(Q Kᵀ / √dim) V, in each of the heads.

    This is ``attention/multi_head`` without its linear maps: each of the ``heads`` has dim/heads columns of
    query, key and value. With ``group`` above 1, that many neighbouring query heads share one key and value
    head of the same width, so key is narrower than query by that factor. Operations between the linear maps
    and the attention, such as rotary positions, can be added as nodes.

    ``mask`` is true at real keys. ``pairs`` is true where a query may attend to a key; any pattern is
    possible. A query that may not attend to anything gets zeros. ``causal`` aligns the last query with the
    last key: of Q queries and K keys, query i attends to the keys j ≤ i + K - Q. ``bias`` is added to the
    scaled scores. There is no mask for queries: padded queries must be finite, unless query and key are the
    same tensor, to which the mask applies as a whole. Nothing is learned.

    It can stream if it is causal, with the past keys and values as its state, or if key and value are a
    memory that is fixed from the start. Raises ValueError if dim is not divisible by heads, or heads by
    group.
    """

    def __init__(
        self,
        heads: Heads = 1,
        group: Annotated[
            Positive, Field(description="The number of query heads that share a key and value head.")
        ] = 1,
        causal: Causal = False,
        strict: Strict = False,
        dropout: Dropout = 0.0,
        scale: Scale = None,
        soft_cap: SoftCap = None,
    ) -> None:
        super().__init__()
        self.heads, self.group = heads, check_group(heads, group)
        self.causal, self.strict, self.dropout = causal, check_strict(causal, strict), dropout
        self.scale, self.soft_cap = scale, soft_cap

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key dim//{self.group}"],
        value: Float[Tensor, "batch key value"],
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query key"] | None = None,
        bias: Float[Tensor, "{self.heads} query key"] | None = None,
        *,
        weights: bool = False,
    ) -> Attended:
        permission = permit(query, key, mask, pairs, causal=self.causal, strict=self.strict)
        return self._attend(self._into(query, key, value, mask), permission, bias, weights)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        key: Float[Tensor, "batch key _"] | None = None,
        value: Float[Tensor, "batch key value"] | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> Past | None:
        """An empty cache, or the memory; raises InputError if later keys would change earlier outputs."""
        check_stream("attention/scaled_dot_product", self.causal, key is not None)
        if key is None or value is None:
            return None  # the width of the keys is not known before the first piece
        keys, values = hide(key, value, mask)
        return remembered(self._split(keys), self._split(values), mask)

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        state: Past | None,
        key: Float[Tensor, "batch key dim//{self.group}"] | None = None,
        value: Float[Tensor, "batch key value"] | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query seen"] | None = None,
        bias: Float[Tensor, "{self.heads} query seen"] | None = None,
        *,
        weights: bool = False,
    ) -> tuple[Attended, Past | None]:
        """``forward`` for the next queries, over the past and the keys that come with them, or the memory."""
        if key is None or value is None:
            queries = split(query, query.shape[2] // self.heads)
        else:
            queries, keys, values = self._into(query, key, value, mask)
            state = remembered(keys, values, mask) if state is None else appended(state, keys, values, mask)
        assert state is not None, "a stream has keys from the start, or with every piece"
        keys = state.keys.transpose(1, 2)
        permission = permit(query, keys, state.real, pairs, causal=self.causal, strict=self.strict)
        return self._attend(Projected(queries, state.keys, state.values), permission, bias, weights), state

    def _into(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Projected:
        keys, values = hide(key, value, mask)
        if mask is not None and query is key and key is not keys:
            query = tame(query, mask)
        queries = split(query, query.shape[2] // self.heads)
        return Projected(queries, self._split(keys), self._split(values))

    def _split(self, x: Tensor) -> Tensor:
        return split(x, x.shape[2] * self.group // self.heads)

    def _attend(
        self, heads: Projected, permission: Permission, bias: Tensor | None, weights: bool
    ) -> Attended:
        out, probs = attend(
            *heads,
            permission,
            bias=bias,
            scale=self.scale,
            soft_cap=self.soft_cap,
            dropout=self.dropout if self.training else 0.0,
            weights=weights,
        )
        return Attended(merge(out), probs)

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
        """Keys after a query's own position, unless it is causal or ``pairs`` decides."""
        return () if settings["causal"] or "pairs" in wired else ("key",)

    @staticmethod
    def unordered(settings: Mapping[str, Any]) -> tuple[str, ...]:
        """The order of keys with their values has no effect, unless it is causal."""
        return () if settings["causal"] else ("key",)

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_strict(settings["causal"], settings["strict"])
        check_group(settings["heads"], settings["group"])
        check_heads(inputs["query"][-1], settings["heads"])
        value = inputs["value"][-1]
        if isinstance(value, int):
            check_heads(value * settings["group"], settings["heads"])
        return {}


def check_group(heads: int, group: int) -> int:
    """Return ``group``; raises ValueError if it does not divide ``heads``."""
    if heads % group:
        raise ValueError(
            f"heads share keys in groups of one size, and {heads} heads are no groups of {group}; "
            "make group a divisor of heads"
        )
    return group


def check_strict(causal: bool, strict: bool) -> bool:
    """Return ``strict``; raises ValueError if it is set without ``causal``."""
    if strict and not causal:
        raise ValueError("strict is a kind of causal attention; set causal, too")
    return strict
