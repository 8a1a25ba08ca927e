"""Multi-head attention."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Positive
from zoo.sizes import Size
from zoo_attention.core import attend
from zoo_attention.padding import hide, tame
from zoo_attention.permission import permit
from zoo_attention.scaled_dot_product import Causal, Dropout, Strict, check_strict


class MultiHeadAttended(NamedTuple):
    """What each query gets; the weights of each head when something reads them."""

    out: Float[Tensor, "batch query dim"]
    weights: Float[Tensor, "batch heads query key"] | None


@layer("attention/multi_head")
class MultiHead(nn.Module):
    """Multi-head attention (Vaswani et al. 2017, section 3.2): several small attentions side by side.

        head_h = softmax(Q_h K_hᵀ / √(dim/heads)) V_h
        out = W_o [head_1; …; head_heads] + b_o

    with Q, K and V linear maps of query, key and value to dim, of which each head has its dim/heads columns.
    One wire to all three is self-attention; key and value from elsewhere, of any width, are cross-attention.

    ``mask`` is true at real keys. ``pairs`` is true where a query may attend to a key, for any pattern
    whatever. A query that may attend to nothing gets zeros (no b_o either). ``causal`` aligns at the end: of
    Q queries and K keys, query i sees the keys j ≤ i + K - Q. ``dropout`` drops weights in training;
    ``weights`` shows them undropped. Queries that are padding have no mask: they must be numbers, unless
    query and key are one tensor, which the mask cleans as both.

    ``query``, ``key``, ``value``, ``out``: four ``torch.nn.Linear``. The first three start Xavier-uniform,
    each for itself, and all biases at zero. ``torch.nn.MultiheadAttention`` draws the three as one matrix,
    narrower by √2; its masks mean the opposite, and an empty row gives NaN there.

    Raises ValueError where dim does not divide into heads.
    """

    def __init__(
        self,
        dim: Positive,
        heads: Positive,
        key_dim: Positive,
        value_dim: Positive,
        causal: Causal = False,
        strict: Strict = False,
        dropout: Dropout = 0.0,
        bias: Annotated[bool, Field(description="Whether the four linear maps have one.")] = True,
    ) -> None:
        super().__init__()
        _check_heads(dim, heads)
        self.heads = heads
        self.causal, self.strict, self.dropout = causal, check_strict(causal, strict), dropout
        self.query = nn.Linear(dim, dim, bias)
        self.key = nn.Linear(key_dim, dim, bias)
        self.value = nn.Linear(value_dim, dim, bias)
        self.out = nn.Linear(dim, dim, bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights anew and set the biases to zero."""
        for linear in (self.query, self.key, self.value):
            nn.init.xavier_uniform_(linear.weight)
        self.out.reset_parameters()
        for name, parameter in self.named_parameters():
            if name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key key_dim"],
        value: Float[Tensor, "batch key value_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query key"] | None = None,
        *,
        weights: bool = False,
    ) -> MultiHeadAttended:
        permission = permit(query, key, mask, pairs, causal=self.causal, strict=self.strict)
        keys, values = hide(key, value, mask)
        if mask is not None and query is key and key is not keys:
            query = tame(query, mask)
        heads, shares = attend(
            self._split(self.query(query)),
            self._split(self.key(keys)),
            self._split(self.value(values)),
            permission,
            dropout=self.dropout if self.training else 0.0,
            weights=weights,
        )
        out = self.out(heads.transpose(1, 2).flatten(2))
        if permission.some is not None:
            out = out * permission.some  # the bias, too
        return MultiHeadAttended(out, shares)

    def _split(self, x: Float[Tensor, "batch length dim"]) -> Float[Tensor, "batch heads length part"]:
        batch, length, dim = x.shape
        return x.view(batch, length, self.heads, dim // self.heads).transpose(1, 2)

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        _check_heads(settings["dim"], settings["heads"])
        check_strict(settings["causal"], settings["strict"])
        return {}


def _check_heads(dim: Any, heads: int) -> None:
    if isinstance(dim, int) and dim % heads:
        raise ValueError(
            f"every head has an equal part of dim, and {dim} does not divide into {heads} heads; "
            "make dim a multiple of heads"
        )
