"""Multi-head attention."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, NamedTuple

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.cache import Past, appended, check_stream, nothing, remembered
from zoo_attention.core import attend
from zoo_attention.heads import (
    Bias,
    Heads,
    Projected,
    check_groups,
    check_heads,
    from_biases,
    from_heads,
    into_heads,
    split,
    start,
)
from zoo_attention.padding import hide
from zoo_attention.permission import Permission, permit
from zoo_attention.scaled_dot_product import (
    Causal,
    Dropout,
    Scale,
    SoftCap,
    Strict,
    check_strict,
)


class MultiHeadAttended(NamedTuple):
    """The output of each query, and the attention weights of each head, on demand."""

    out: Float[Tensor, "batch query dim"]
    weights: Float[Tensor, "batch heads query key"] | None


@layer("attention/multi_head", version=2)
class MultiHead(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, section 3.2): several attentions in parallel.

        head_h = softmax(Q_h K_hᵀ / √(dim/heads)) V_h
        out = W_o [head_1; …; head_heads] + b_o

    Q, K and V are linear maps of query, key and value to dim, of which each head has dim/heads columns. With
    the same wire to all three, it is self-attention; with key and value from elsewhere, of any width, it is
    cross-attention.

    ``mask`` is true at real keys. ``pairs`` is true where a query may attend to a key; any pattern is
    possible. A query that may not attend to anything gets zeros (without b_o). ``causal`` aligns the last
    query with the last key: of Q queries and K keys, query i attends to the keys j ≤ i + K - Q. ``dropout``
    drops attention weights in training; the output ``weights`` is before dropout. There is no mask for
    queries: padded queries must be finite, unless query and key are the same tensor, to which the mask
    applies as a whole.

    ``bias`` is added to the scaled scores; it can come from ``position/alibi`` or ``position/t5_bias``. With
    fewer ``kv_heads`` than heads, each key and value head serves heads/kv_heads neighbouring query heads
    (grouped-query attention, Ainslie et al. 2023; 1 is multi-query, Shazeer 2019). ``qk_norm`` divides each
    head's queries and keys by their root mean square and scales them (Henry et al. 2020; as in Qwen 3).
    ``soft_cap`` c bounds scaled scores to ±c by c·tanh(x/c) (Gemma 2). ``sinks`` gives each head a learned
    score for a key without a value, so that a query need not attend to anything (Xiao et al. 2024; as in
    gpt-oss). ``scale`` replaces 1/√(dim/heads); T5 uses 1.

    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``. The first three are each initialised
    Xavier-uniform, and all biases are zero. ``torch.nn.MultiheadAttention`` initialises the three as a single
    matrix, which makes them smaller by √2; its masks have the opposite meaning, and a fully masked row gives
    NaN. ``query_norm``, ``key_norm``: ``torch.nn.RMSNorm`` over a head. ``sink``: heads, zeros.

    It can stream if it is causal, with the past keys and values as its state, or if key and value are a
    memory that is fixed from the start.

    Raises ValueError if dim is not divisible by heads, or heads by kv_heads.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        kv_heads: Annotated[
            Positive | None, Field(description="The number of key and value heads; by default, heads.")
        ] = None,
        causal: Causal = False,
        strict: Strict = False,
        dropout: Dropout = 0.0,
        bias: Bias = True,
        scale: Scale = None,
        soft_cap: SoftCap = None,
        qk_norm: Annotated[bool, Field(description="Normalise queries and keys of each head.")] = False,
        sinks: Annotated[bool, Field(description="Give each head a learned key without a value.")] = False,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.kv_heads, part = heads, check_groups(heads, kv_heads), dim // heads
        self.causal, self.strict, self.dropout = causal, check_strict(causal, strict), dropout
        self.scale, self.soft_cap = scale, soft_cap
        self.query = RowLinear(dim, dim, bias)
        self.key = RowLinear(key_dim, self.kv_heads * part, bias)
        self.value = RowLinear(value_dim, self.kv_heads * part, bias)
        self.out = RowLinear(dim, dim, bias)
        self.query_norm = nn.RMSNorm(part) if qk_norm else None
        self.key_norm = nn.RMSNorm(part) if qk_norm else None
        self.sink = nn.Parameter(torch.empty(heads)) if sinks else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights and set the biases to zero."""
        start(self)
        for norm in (self.query_norm, self.key_norm):
            if norm is not None:
                norm.reset_parameters()
        if self.sink is not None:
            nn.init.zeros_(self.sink)

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query key"] | None = None,
        bias: Float[Tensor, "heads query key"] | None = None,
        *,
        weights: bool = False,
    ) -> MultiHeadAttended:
        permission = permit(query, key, mask, pairs, causal=self.causal, strict=self.strict)
        return self._attend(self._into(query, key, value, mask), permission, bias, weights)

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        key: Float[Tensor, "batch key key_dim"] | None = None,
        value: Float[Tensor, "batch key value_dim"] | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> Past:
        """An empty cache, or the memory; raises InputError if later keys would change earlier outputs."""
        check_stream("attention/multi_head", self.causal, key is not None)
        part = self.query.out_features // self.heads
        if key is None or value is None:
            return nothing(batch, self.kv_heads, part, device, dtype)
        keys, values = hide(key, value, mask)
        return remembered(
            self._normed_keys(split(self.key(keys), part)), split(self.value(values), part), mask
        )

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        state: Past,
        key: Float[Tensor, "batch key key_dim"] | None = None,
        value: Float[Tensor, "batch key value_dim"] | None = None,
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query seen"] | None = None,
        bias: Float[Tensor, "heads query seen"] | None = None,
        *,
        weights: bool = False,
    ) -> tuple[MultiHeadAttended, Past]:
        """``forward`` for the next queries, over the past and the keys that come with them, or the memory."""
        part = self.query.out_features // self.heads
        if key is None or value is None:
            queries = self._normed_queries(split(self.query(query), part))
        else:
            queries, keys, values = self._into(query, key, value, mask)
            state = appended(state, keys, values, mask)
        keys = state.keys.transpose(1, 2)
        permission = permit(query, keys, state.real, pairs, causal=self.causal, strict=self.strict)
        return self._attend(Projected(queries, state.keys, state.values), permission, bias, weights), state

    def _into(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Projected:
        heads = into_heads(self, query, key, value, mask)
        if self.query_norm is None:
            return heads
        return Projected(self._normed_queries(heads.query), self._normed_keys(heads.key), heads.value)

    def _normed_queries(self, queries: Tensor) -> Tensor:
        return queries if self.query_norm is None else _normed(self.query_norm, queries)

    def _normed_keys(self, keys: Tensor) -> Tensor:
        return keys if self.key_norm is None else _normed(self.key_norm, keys)

    def _attend(
        self, heads: Projected, permission: Permission, bias: Tensor | None, weights: bool
    ) -> MultiHeadAttended:
        out, probs = attend(
            *heads,
            permission,
            bias=bias,
            sinks=self.sink,
            scale=self.scale,
            soft_cap=self.soft_cap,
            dropout=self.dropout if self.training else 0.0,
            weights=weights,
        )
        return MultiHeadAttended(from_heads(self, out, permission.nonempty), probs)

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
        """Keys after a query's own position, unless it is causal or ``pairs`` decides."""
        return () if settings["causal"] or "pairs" in wired else ("key",)

    @staticmethod
    def unordered(settings: Mapping[str, Any]) -> tuple[str, ...]:
        """The order of keys with their values has no effect, unless it is causal."""
        return () if settings["causal"] else ("key",)

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        check_groups(settings["heads"], settings["kv_heads"])
        check_strict(settings["causal"], settings["strict"])
        return {}


def _normed(norm: nn.RMSNorm, x: Tensor) -> Tensor:
    """Apply the norm in the dtype of ``x``, which under autocast may differ from that of the weight."""
    return F.rms_norm(x, [x.shape[-1]], norm.weight.to(x.dtype), norm.eps)
