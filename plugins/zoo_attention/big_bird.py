"""BigBird: attention between blocks, to both ends, to neighbours and to a few at random."""

from collections.abc import Mapping
from typing import Annotated, Any

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import NonNegative, Positive
from zoo.rows import RowLinear
from zoo.sizes import Size
from zoo_attention.heads import Bias, Heads, check_heads, from_biases, from_heads, into_heads, start
from zoo_attention.scaled_dot_product import Dropout
from zoo_attention.sparse_blocks import attend_blocks

ROWS = 256  # blocks with draws of their own: 16,384 steps in blocks of 64


@layer("attention/big_bird", version=2)
class BigBird(nn.Module):
    """BigBird (Zaheer et al. 2020, internal global tokens): multi-head attention between blocks of tokens.

        head_h = softmax over {j: block(j) ∈ A_h(block(i))} of (Q_h K_hᵀ / √(dim/heads)) V_h
        A_h(b) = {b - 1, b, b + 1} ∪ {first, last} ∪ random_h(b)     A_h(first) = A_h(last) = all
        out = W_o [head_1; …; head_heads] + b_o

    Time and memory grow with the length, forward and backward, for a token sees (5 + random_blocks) · block
    others. Any token reaches any other in two layers, through the ends. It looks to both sides and has no
    causal form. There are no ``weights`` to look at, for they would be time × time.

    Each head has ``random_blocks`` for each block, never one that it sees anyway, and none twice; if fewer
    are left, all of them. They follow from ``draws``, a saved buffer of random numbers from the seed with
    which the layer is built: the same in training and evaluation. (The original draws anew whenever its code
    starts, and may count a block twice that it sees anyway.) Which blocks they are depends on the length of
    the sequence alone, counted to its last real token, so that padding changes nothing. Block 256 has the
    draws of block 0, and so on. Where block does not divide the length, zeros are added and masked.

    ``mask`` is true at real tokens; a query that may attend to nothing gets zeros (no b_o either).
    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``, as in ``attention/multi_head``, to which
    this is equal up to 4 + random_blocks blocks. ``dropout`` drops weights in training.

    Raises ValueError where dim does not divide into heads.
    """

    sees_ahead = ("time",)
    draws: Tensor

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        block: Annotated[Positive, Field(description="How many tokens are a block.")] = 64,
        random_blocks: Annotated[
            NonNegative, Field(description="How many blocks each block and head sees at random.")
        ] = 3,
        dropout: Dropout = 0.0,
        bias: Bias = True,
    ) -> None:
        super().__init__()
        check_heads(dim, heads)
        self.heads, self.block, self.dropout = heads, block, dropout
        self.query = RowLinear(dim, dim, bias)
        self.key = RowLinear(key_dim, dim, bias)
        self.value = RowLinear(value_dim, dim, bias)
        self.out = RowLinear(dim, dim, bias)
        self.register_buffer("draws", torch.empty(heads, ROWS, random_blocks, dtype=torch.int64))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights and the random blocks anew and set the biases to zero."""
        start(self)
        self.draws.random_(2**31)

    def forward(
        self,
        query: Float[Tensor, "batch time dim"],
        key: Float[Tensor, "batch time key_dim"],
        value: Float[Tensor, "batch time value_dim"],
        mask: Bool[Tensor, "batch time"] | None = None,
    ) -> Float[Tensor, "batch time dim"]:
        queries, keys, values = into_heads(self, query, key, value, mask, beside=True)
        dropout = self.dropout if self.training else 0.0
        got, nonempty = attend_blocks(
            queries, keys, values, mask, self.draws, block=self.block, dropout=dropout
        )
        return from_heads(self, got, nonempty)

    migrate = staticmethod(from_biases)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        check_heads(settings["dim"], settings["heads"])
        return {}
