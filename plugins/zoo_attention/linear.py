"""Linear attention: the softmax is replaced by a product of feature maps, so that sums are shared."""

from collections.abc import Collection, Mapping
from typing import Any

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.cache import check_stream
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
from zoo_attention.recall import recall
from zoo_attention.scaled_dot_product import Causal


@layer("attention/linear", version=2)
class Linear(nn.Module):
    """Linear attention (Katharopoulos et al. 2020, Transformers are RNNs), in several heads.

        head_i = Σ_j φ(q_i)·φ(k_j) v_j / Σ_j φ(q_i)·φ(k_j),   φ(x) = elu(x) + 1
        out = W_o [head_1; …; head_heads] + b_o

    The sums are over all j or, with ``causal``, over j ≤ i. The sums of φ(k_j) v_jᵀ and φ(k_j) are shared by
    all queries, so time and memory are linear in the length, and a stream keeps one matrix per head, however
    long it is. As φ is positive and smooth, the weights are never sharp; they are not available as an output.

    ``mask`` is true at real keys; a query that may not attend to anything gets zeros (without b_o).
    ``causal`` aligns the last query with the last key, as in ``attention/multi_head``, and requires at least
    as many keys as queries. ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``, as there. Sums
    are computed in at least 32 bits.

    Raises ValueError if dim is not divisible by heads, and InputError if ``causal`` gets fewer keys than
    queries.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        causal: Causal = False,
        bias: Bias = True,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.causal = heads, causal
        self.query = RowLinear(dim, dim, bias)
        self.key = RowLinear(key_dim, dim, bias)
        self.value = RowLinear(value_dim, dim, bias)
        self.out = RowLinear(dim, dim, bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights and set the biases to zero."""
        start(self)

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> Float[Tensor, "batch query dim"]:
        queries, keys, values = self._features(query, key, value, mask)
        if not self.causal:
            return self._out(queries @ (keys.transpose(-2, -1) @ values), query.dtype)
        early = key.shape[1] - query.shape[1]
        if early < 0:
            raise InputError(
                "causal attention/linear has a key for every query, and there are "
                f"{query.shape[1]} queries and {key.shape[1]} keys; give as many keys"
            )
        state = keys[:, :, :early].transpose(-2, -1) @ values[:, :, :early] if early else None
        ones = queries.new_ones(self.heads)
        return self._out(
            recall(queries, keys[:, :, early:], values[:, :, early:], ones, state).out, query.dtype
        )

    def initial_state(
        self, batch: int, device: torch.device, dtype: torch.dtype
    ) -> Float[Tensor, "batch heads part columns"]:
        """Empty sums; raises InputError for a layer that is not causal."""
        check_stream("attention/linear", self.causal, memory=False)
        part = self.query.out_features // self.heads
        return torch.zeros(batch, self.heads, part, part + 1, device=device, dtype=_wide(dtype))

    def step(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        state: Float[Tensor, "batch heads part columns"],
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> tuple[Float[Tensor, "batch query dim"], Float[Tensor, "batch heads part columns"]]:
        """``forward`` over the next piece of the sequence."""
        queries, keys, values = self._features(query, key, value, mask)
        got, state = recall(queries, keys, values, queries.new_ones(self.heads), state)
        return self._out(got, query.dtype), state

    def _features(self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Projected:
        """φ of queries and keys, and values with a column of ones, which yields the sum of the keys."""
        queries, keys, values = into_heads(self, query, key, value, mask)
        wide = _wide(queries.dtype)
        # Contiguous: the gradient of elu in a traced model would have other strides than in eager mode.
        queries, keys = (F.elu(x.to(wide).contiguous()) + 1 for x in (queries, keys))
        values = F.pad(values.to(wide), (0, 1), value=1.0)
        if mask is not None:
            keys = keys.masked_fill(~mask[:, None, :, None], 0)
        return Projected(queries, keys, values)

    def _out(self, sums: Float[Tensor, "batch heads query columns"], dtype: torch.dtype) -> Tensor:
        """Divide the sums of values by the sums of keys, which are zero only if there was no key."""
        above, below = sums[..., :-1], sums[..., -1:]
        heads = above / torch.where(below == 0, 1.0, below)
        return from_heads(self, heads.to(dtype), (below != 0).any(1))

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
        """Keys after a query's own position, unless it is causal."""
        return () if settings["causal"] else ("key",)

    @staticmethod
    def unordered(settings: Mapping[str, Any]) -> tuple[str, ...]:
        """The order of keys with their values has no effect, unless it is causal."""
        return () if settings["causal"] else ("key",)

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        return {}


def _wide(dtype: torch.dtype) -> torch.dtype:
    return torch.promote_types(dtype, torch.float32)
