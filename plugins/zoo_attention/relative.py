"""Attention with learned relative positions."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import NonNegative, Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.cache import Past, appended, check_stream, nothing
from zoo_attention.core import attend, attention_weights
from zoo_attention.heads import (
    Bias,
    Heads,
    Projected,
    check_heads,
    from_biases,
    from_heads,
    into_heads,
    start,
)
from zoo_attention.multi_head import MultiHeadAttended
from zoo_attention.permission import Permission, permit
from zoo_attention.scaled_dot_product import Causal, Dropout, Strict, check_strict

Where = Literal["keys", "values", "both"]


@layer("attention/relative", version=2)
class Relative(nn.Module):
    """Self-attention with relative positions (Shaw, Uszkoreit & Vaswani 2018), in several heads.

        e_ij = q_i (k_j + a^K_{clip(j-i)})ᵀ / √(dim/heads),   α = softmax(e)
        z_i = Σ_j α_ij (v_j + a^V_{clip(j-i)}),   clip(d) = max(-k, min(k, d))
        out = W_o [z of each head] + b_o

    ``clip`` is k: larger distances count as k. The tables have 2k + 1 rows and are shared by all heads; there
    is one for keys, one for values, or both (``where``); Shaw et al. found that keys suffice. Products with
    the rows of a table are computed first and then gathered by distance, so that no tensor has the shape
    query × key × width. The last query is aligned with the last key, as for ``causal``. ``distance`` replaces
    j - i for other kinds of positions (``position/tree_distance``).

    ``mask``, ``pairs``, ``causal``, ``strict``, ``dropout`` and ``weights`` are those of
    ``attention/multi_head``, to which this layer is equal if all tables are zero. ``query``, ``key``,
    ``value``, ``out``: four ``torch.nn.Linear``, as there. ``key_table``, ``value_table``:
    (2·clip + 1) × dim/heads, Xavier-uniform. It can stream if it is causal.

    Raises ValueError if dim is not divisible by heads.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        clip: Annotated[NonNegative, Field(description="The largest distance that is distinguished.")] = 16,
        where: Annotated[Where, Field(description="What positions are added to.")] = "both",
        causal: Causal = False,
        strict: Strict = False,
        dropout: Dropout = 0.0,
        bias: Bias = True,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.clip, part = heads, clip, dim // heads
        self.causal, self.strict, self.dropout = causal, check_strict(causal, strict), dropout
        self.query = RowLinear(dim, dim, bias)
        self.key = RowLinear(key_dim, dim, bias)
        self.value = RowLinear(value_dim, dim, bias)
        self.out = RowLinear(dim, dim, bias)
        rows = 2 * clip + 1
        self.key_table = None if where == "values" else nn.Parameter(torch.empty(rows, part))
        self.value_table = None if where == "keys" else nn.Parameter(torch.empty(rows, part))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights and set the biases to zero."""
        start(self)
        for table in (self.key_table, self.value_table):
            if table is not None:
                nn.init.xavier_uniform_(table)

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query key"] | None = None,
        distance: Int[Tensor, "batch query key"] | None = None,
        *,
        weights: bool = False,
    ) -> MultiHeadAttended:
        permission = permit(query, key, mask, pairs, causal=self.causal, strict=self.strict)
        return self._attend(into_heads(self, query, key, value, mask), permission, distance, weights)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> Past:
        """An empty cache; raises InputError for a layer that is not causal."""
        check_stream("attention/relative", self.causal, memory=False)
        return nothing(batch, self.heads, self.query.out_features // self.heads, device, dtype)

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        state: Past,
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query seen"] | None = None,
        distance: Int[Tensor, "batch query seen"] | None = None,
        *,
        weights: bool = False,
    ) -> tuple[MultiHeadAttended, Past]:
        """``forward`` over the next piece of the sequence."""
        queries, keys, values = into_heads(self, query, key, value, mask)
        state = appended(state, keys, values, mask)
        every = state.keys.transpose(1, 2)
        permission = permit(query, every, state.real, pairs, causal=self.causal, strict=self.strict)
        return self._attend(
            Projected(queries, state.keys, state.values), permission, distance, weights
        ), state

    def _attend(
        self, heads: Projected, permission: Permission, distance: Tensor | None, weights: bool
    ) -> MultiHeadAttended:
        query, key, value = heads
        rows = self._rows(query.shape[2], key.shape[2], query.device) if distance is None else distance
        rows = (rows.clamp(-self.clip, self.clip) + self.clip).unsqueeze(1)
        rows = rows.expand(*query.shape[:3], key.shape[2])
        bias = None
        if self.key_table is not None:
            bias = (query @ self.key_table.t() * query.shape[3] ** -0.5).gather(3, rows)
        dropout = self.dropout if self.training else 0.0
        if self.value_table is None:
            out, probs = attend(query, key, value, permission, bias=bias, dropout=dropout, weights=weights)
            return MultiHeadAttended(from_heads(self, out, permission.nonempty), probs)
        probs = attention_weights(query, key, permission, bias=bias)
        dropped = F.dropout(probs, dropout) if dropout else probs
        of_rows = dropped.new_zeros(*query.shape[:3], 2 * self.clip + 1).scatter_add(3, rows, dropped)
        out = dropped @ value + of_rows @ self.value_table
        return MultiHeadAttended(from_heads(self, out, permission.nonempty), probs if weights else None)

    @staticmethod
    def _rows(queries: int, keys: int, device: torch.device) -> Int[Tensor, "1 query key"]:
        """The distance j - i of each pair, with the last query at the last key."""
        places = torch.arange(keys, device=device)
        own = torch.arange(queries, device=device) + (keys - queries)
        return (places - own.unsqueeze(1)).unsqueeze(0)

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
        """Keys after a query's own position, unless it is causal or ``pairs`` decides."""
        return () if settings["causal"] or "pairs" in wired else ("key",)

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        check_strict(settings["causal"], settings["strict"])
        return {}
