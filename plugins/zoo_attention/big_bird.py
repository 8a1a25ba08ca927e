"""BigBird: block-sparse attention to both ends, to neighbouring blocks and to a few random ones."""

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

ROWS = 256  # the number of blocks with their own random draws: 16,384 steps in blocks of 64


@layer("attention/big_bird", version=2)
class BigBird(nn.Module):
    """BigBird (Zaheer et al. 2020, internal global tokens): block-sparse multi-head attention.

        head_h = softmax over {j: block(j) ∈ A_h(block(i))} of (Q_h K_hᵀ / √(dim/heads)) V_h
        A_h(b) = {b - 1, b, b + 1} ∪ {first, last} ∪ random_h(b)     A_h(first) = A_h(last) = all
        out = W_o [head_1; …; head_heads] + b_o

    Time and memory are linear in the length, forward and backward, as each token attends to
    (5 + random_blocks) · block others. Any token reaches any other within two layers, through the ends. The
    attention is bidirectional; there is no causal form. ``weights`` are not available, since they would be
    time × time.

    For each block, each head draws ``random_blocks`` distinct blocks among those it does not attend to
    anyway, or takes all of these if there are fewer. They are derived from ``draws``, a persistent buffer of
    random numbers that is filled when the layer is built, so they are the same in training and evaluation.
    (The original implementation redraws at every start, and may count a block twice.) The choice depends only
    on the length of the sequence up to its last real token, so padding has no effect. Block 256 uses the
    draws of block 0, and so on. A length that is not a multiple of ``block`` is padded with masked zeros.

    ``mask`` is true at real tokens; a query that may not attend to anything gets zeros (without b_o).
    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``, as in ``attention/multi_head``, to which
    this layer is equal for up to 4 + random_blocks blocks. ``dropout`` drops attention weights in training.

    Raises ValueError if dim is not divisible by heads.
    """

    sees_ahead = ("time",)
    draws: Tensor

    def __init__(
        self,
        dim: Positive,
        heads: Heads,
        key_dim: Positive,
        value_dim: Positive,
        block: Annotated[Positive, Field(description="The number of tokens in a block.")] = 64,
        random_blocks: Annotated[
            NonNegative, Field(description="The number of random blocks for each block and head.")
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
        """Reinitialise the weights and the random blocks, and set the biases to zero."""
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
        """Validate the settings before the layer is built; the hints determine all shapes."""
        check_heads(settings["dim"], settings["heads"])
        return {}
