"""Linformer: attention over a low-rank projection of the keys."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

import torch.nn.functional as F
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, einsum, empty, nn

from zoo import layer
from zoo.errors import InputError
from zoo.fields import Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.core import attend
from zoo_attention.heads import Bias, Heads, check_heads, from_biases, from_heads, split, start
from zoo_attention.padding import tame
from zoo_attention.permission import Permission
from zoo_attention.scaled_dot_product import Dropout

Sharing = Literal["none", "headwise", "key_value"]


class LinformerAttended(NamedTuple):
    """The output of each query, and the weight of each mixture of keys, on demand."""

    out: Float[Tensor, "batch query dim"]
    weights: Float[Tensor, "batch heads query rank"] | None


@layer("attention/linformer", version=2)
class Linformer(nn.Module):
    """Linformer (Wang et al. 2020): multi-head attention over ``rank`` mixtures of the keys, in linear time.

        head_h = softmax(Q_h (E K_h)ᵀ / √(dim/heads)) (F V_h)
        out = W_o [head_1; …; head_heads] + b_o

    E and F mix ``max_length`` keys and values into ``rank``, so time and memory are linear in the number of
    keys, not quadratic. A shorter sequence uses the first columns of E and F; a longer one raises InputError.
    ``sharing`` selects the matrices: with ``none``, each head has its own E and F; with ``headwise``, all
    heads share one E and one F; with ``key_value``, a single matrix serves as both. To share a matrix between
    layers (the paper's layerwise sharing), use a tie in the graph: ``tie: {down_key: first.down_key}``.

    Each mixture contains every key, later ones too, so there is no causal form. ``mask`` is true at real
    keys; padded keys count as zeros, and if there is no real key, a query gets zeros. A mixture is not
    normalised by the number of keys in it.

    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``, as in ``attention/multi_head``.
    ``down_key`` Eᵀ and ``down_value`` Fᵀ: [heads ×] max_length × rank, drawn from N(0, 1/rank).
    ``dropout`` drops attention weights in training; the output ``weights`` is before dropout.

    Raises ValueError if dim is not divisible by heads.
    """

    sees_ahead = ("key",)
    down_value: nn.Parameter | None

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        max_length: Annotated[Positive, Field(description="The maximum number of keys.")],
        rank: Annotated[Positive, Field(description="The number of mixtures of keys.")],
        sharing: Annotated[Sharing, Field(description="What shares a projection matrix.")] = "headwise",
        dropout: Dropout = 0.0,
        bias: Bias = True,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.part, self.rank, self.dropout = heads, dim // heads, rank, dropout
        self.query = RowLinear(dim, dim, bias)
        self.key = RowLinear(key_dim, dim, bias)
        self.value = RowLinear(value_dim, dim, bias)
        self.out = RowLinear(dim, dim, bias)
        shape = (heads, max_length, rank) if sharing == "none" else (max_length, rank)
        self.down_key = nn.Parameter(empty(shape))
        self.down_value = None if sharing == "key_value" else nn.Parameter(empty(shape))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Reinitialise the weights and set the biases to zero."""
        start(self)
        for down in (self.down_key, self.down_value):
            if down is not None:
                nn.init.normal_(down, std=self.rank**-0.5)

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        weights: bool = False,
    ) -> LinformerAttended:
        self._check_length(key.shape[1])
        if mask is not None and query is key:
            query = tame(query, mask)
        down_value = self.down_key if self.down_value is None else self.down_value
        got, probs = attend(
            split(self.query(query), self.part),
            self._mixtures(self.key, key, self.down_key, mask),
            self._mixtures(self.value, value, down_value, mask),
            Permission(),
            dropout=self.dropout if self.training else 0.0,
            weights=weights,
        )
        nonempty = None if mask is None else mask.any(-1)[:, None, None]
        if probs is not None and nonempty is not None:
            probs = probs * nonempty.unsqueeze(1)
        return LinformerAttended(from_heads(self, got, nonempty), probs)

    def _mixtures(
        self, linear: nn.Linear, x: Tensor, down: Tensor, mask: Tensor | None
    ) -> Float[Tensor, "batch heads rank part"]:
        """The mixtures, by ``down``, of ``linear`` of each position.

        The two maps commute; a matrix shared by all heads is applied first, since it leaves fewer positions
        to project. The bias is multiplied by the sum of a mixture's coefficients.
        """
        rows = down[..., : x.shape[1], :]
        real = x.new_ones(1, x.shape[1], dtype=rows.dtype) if mask is None else mask.to(rows.dtype)
        if mask is not None:
            x = x.masked_fill(~mask.unsqueeze(-1), 0)
        if rows.dim() == 2:
            mixed = split(F.linear(rows.t() @ x, linear.weight), self.part)
        else:
            mixed = einsum("hnr,bhnp->bhrp", rows, split(F.linear(x, linear.weight), self.part))
        if linear.bias is None:  # pyright: ignore[reportUnnecessaryComparison] - torch types it without None
            return mixed
        each = rows if rows.dim() == 3 else rows.unsqueeze(0)
        amount = einsum("hnr,bn->bhr", each, real).unsqueeze(-1)
        return mixed + amount * linear.bias.view(self.heads, 1, -1)

    def _check_length(self, keys: int) -> None:
        most = self.down_key.shape[-2]
        if keys > most:
            raise InputError(f"attention/linformer {_too_many(most, keys)}")

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], inputs: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Validate the settings and a known number of keys; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        keys = inputs["key"][1]
        if isinstance(keys, int) and keys > settings["max_length"]:
            raise ValueError(f"it {_too_many(settings['max_length'], keys)}")
        return {}


def _too_many(most: int, keys: int) -> str:
    return f"mixes at most {most} keys, and the sequence has {keys}; enlarge max_length, or cut the sequence"
