"""Sliding-window attention: every query attends to its neighbourhood and, optionally, to the first tokens."""

from collections.abc import Collection, Mapping
from typing import Annotated, Any, NamedTuple

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import NonNegative, Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.core import attend
from zoo_attention.heads import Bias, Heads, check_heads, from_biases, from_heads, into_heads, start
from zoo_attention.permission import permit
from zoo_attention.scaled_dot_product import Dropout
from zoo_attention.window import Keys, Slid, block_of, is_short, look_at_once, slide


class WindowPast(NamedTuple):
    """What later steps may still see: the last window - 1 keys and the global ones; ``seen`` counts all."""

    key: Float[Tensor, "batch heads past part"]
    value: Float[Tensor, "batch heads past part"]
    real: Bool[Tensor, "batch past"]
    front_key: Float[Tensor, "batch heads front part"]
    front_value: Float[Tensor, "batch heads front part"]
    front_real: Bool[Tensor, "batch front"]
    seen: int


@layer("attention/sliding_window", version=2)
class SlidingWindow(nn.Module):
    """Sliding-window attention (Longformer, Beltagy et al. 2020): multi-head attention to nearby tokens.

        head_h = softmax over {j: 0 ≤ i - j < window} of (Q_h K_hᵀ / √(dim/heads)) V_h     causal
        head_h = softmax over {j: |i - j| < window}   of (Q_h K_hᵀ / √(dim/heads)) V_h     otherwise
        out = W_o [head_1; …; head_heads] + b_o

    ``window`` includes the token itself. A stack of n layers sees n·(window - 1) steps back. Every query
    attends to the first ``global_tokens`` tokens, which themselves attend to every key unless the layer is
    ``causal`` (Longformer's global attention, with the same linear maps for both). With ``causal``, they keep
    the attention stable on long texts (attention sinks, Xiao et al. 2024). Time and memory, forward and
    backward, are proportional to time · (window + global_tokens). A time × time tensor is built only for
    sequences of up to two windows or 256 steps, for which that is faster. ``weights`` are therefore not
    available.

    ``mask`` is true at real tokens; a query that may not attend to anything gets zeros (without b_o).
    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``, as in ``attention/multi_head``, to which
    this layer is equal if the window covers the sequence. ``dropout`` drops attention weights in training. A
    causal layer can stream; its state holds window - 1 keys and values, and the global ones.

    Raises ValueError if dim is not divisible by heads.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        window: Annotated[Positive, Field(description="The size of the window; 1 is the token alone.")],
        causal: Annotated[bool, Field(description="Look back only, not to both sides.")] = True,
        global_tokens: Annotated[
            NonNegative, Field(description="How many of the first tokens every query attends to.")
        ] = 0,
        dropout: Dropout = 0.0,
        bias: Bias = True,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.window, self.causal = heads, window, causal
        self.global_tokens, self.dropout = global_tokens, dropout
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
        query: Float[Tensor, "batch time dim"],
        key: Float[Tensor, "batch time key_dim"],
        value: Float[Tensor, "batch time value_dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time dim"]:
        queries, keys = self._into(query, key, value, mask)
        front = keys
        if torch.compiler.is_exporting():  # valid for every length, even fewer steps than global tokens
            front = keys.padded(self.global_tokens)
        elif is_short(query.shape[1], self.window):
            return from_heads(self, *self._look_at_once(queries, keys))
        got = self._slide(queries, keys, front.cut(None, self.global_tokens), block_of(self.window))
        if self.global_tokens and not self.causal:
            got = self._look_everywhere(queries, keys, mask, got)
        return from_heads(self, *got)

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> WindowPast:
        """An empty past; raises InputError for a layer that is not causal."""
        if not self.causal:
            raise InputError(
                "attention/sliding_window streams only if it looks back alone; set causal: true, "
                "or run it on the whole sequence"
            )
        part = self.query.out_features // self.heads
        none = torch.empty(batch, self.heads, 0, part, device=device, dtype=dtype)
        real = torch.empty(batch, 0, device=device, dtype=torch.bool)
        return WindowPast(none, none, real, none, none, real, 0)

    def step(
        self,
        query: Float[Tensor, "batch time dim"],
        key: Float[Tensor, "batch time key_dim"],
        value: Float[Tensor, "batch time value_dim"],
        state: WindowPast,
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> tuple[Float[Tensor, "batch time dim"], WindowPast]:
        """``forward`` over the next piece of the sequence."""
        queries, keys = self._into(query, key, value, mask)
        near, front = Keys(*state[:3]).and_then(keys), Keys(*state[3:6])
        if len(missing := range(front.key.shape[2], self.global_tokens)):
            front = front.and_then(keys.cut(None, len(missing)))
        block = max(1, min(block_of(self.window), query.shape[1]))
        got = self._slide(queries, near, front, block, state.seen)
        kept = near.cut(max(0, near.key.shape[2] - self.window + 1))
        return from_heads(self, *got), WindowPast(*kept, *front, state.seen + query.shape[1])

    def _into(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None
    ) -> tuple[Float[Tensor, "batch heads time part"], Keys]:
        queries, keys, values = into_heads(self, query, key, value, mask, beside=True)
        real = key.new_ones(key.shape[:2], dtype=torch.bool) if mask is None else mask
        return queries, Keys(keys, values, real)

    def _slide(self, queries: Tensor, near: Keys, front: Keys, block: int, seen: int = 0) -> Slid:
        dropout = self.dropout if self.training else 0.0
        return slide(
            queries,
            near,
            front,
            window=self.window,
            causal=self.causal,
            block=block,
            seen=seen,
            dropout=dropout,
        )

    def _look_at_once(self, queries: Tensor, keys: Keys) -> Slid:
        dropout = self.dropout if self.training else 0.0
        return look_at_once(
            queries,
            keys,
            window=self.window,
            causal=self.causal,
            front=self.global_tokens,
            dropout=dropout,
        )

    def _look_everywhere(self, queries: Tensor, keys: Keys, mask: Tensor | None, got: Slid) -> Slid:
        """Replace the outputs of the global tokens by their attention to all keys."""
        few = queries[:, :, : self.global_tokens]
        permission = permit(few.transpose(1, 2), keys.key.transpose(1, 2), mask)
        dropout = self.dropout if self.training else 0.0
        out, _ = attend(few, keys.key, keys.value, permission, dropout=dropout)
        nonempty = keys.real.any(-1)[:, None, None].expand(-1, few.shape[2], 1)
        return Slid(
            torch.cat([out, got.out[:, :, few.shape[2] :]], 2),
            torch.cat([nonempty, got.nonempty[:, few.shape[2] :]], 1),
        )

    @staticmethod
    def sees_ahead(settings: Mapping[str, Any], _: Collection[str]) -> tuple[str, ...]:
        """Later steps, unless it is causal."""
        return () if settings["causal"] else ("time",)

    @staticmethod
    def receptive_field(settings: Mapping[str, Any]) -> int | None:
        """The window, if a query sees nothing else."""
        return settings["window"] if settings["causal"] and not settings["global_tokens"] else None

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        return {}
