"""Scaled dot-product attention."""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo import layer
from zoo.fields import Probability
from zoo.sizes import Size
from zoo_attention.core import attend
from zoo_attention.padding import hide, tame
from zoo_attention.permission import permit

Causal = Annotated[bool, Field(description="A query sees no key after its own place.")]
Strict = Annotated[
    bool, Field(description="With causal: nor the key at its own place; the first query sees nothing.")
]
Dropout = Annotated[Probability, Field(description="The chance that a weight is dropped in training.")]


class Attended(NamedTuple):
    """What each query gets; the weights, each row of which sums to one, when something reads them."""

    out: Float[Tensor, "batch query value"]
    weights: Float[Tensor, "batch query key"] | None


@layer("attention/scaled_dot_product")
class ScaledDotProduct(nn.Module):
    """Scaled dot-product attention (Vaswani et al. 2017): out = softmax(Q Kᵀ / √dim) V.

    ``mask`` is true at real keys. ``pairs`` is true where a query may attend to a key, for any pattern
    whatever. A query that may attend to nothing gets zeros. ``causal`` aligns at the end: of Q queries and K
    keys, query i sees the keys j ≤ i + K - Q. Queries that are padding have no mask: they must be numbers,
    unless query and key are one tensor, which the mask cleans as both. Nothing is learned.
    """

    def __init__(self, causal: Causal = False, strict: Strict = False, dropout: Dropout = 0.0) -> None:
        super().__init__()
        self.causal, self.strict, self.dropout = causal, check_strict(causal, strict), dropout

    def forward(
        self,
        query: Float[Tensor, "batch query dim"],
        key: Float[Tensor, "batch key dim"],
        value: Float[Tensor, "batch key value"],
        mask: Bool[Tensor, "batch key"] | None = None,
        pairs: Bool[Tensor, "batch query key"] | None = None,
        *,
        weights: bool = False,
    ) -> Attended:
        keys, values = hide(key, value, mask)
        if mask is not None and query is key and key is not keys:
            query = tame(query, mask)
        out, shares = attend(
            query.unsqueeze(1),
            keys.unsqueeze(1),
            values.unsqueeze(1),
            permit(query, key, mask, pairs, causal=self.causal, strict=self.strict),
            dropout=self.dropout if self.training else 0.0,
            weights=weights,
        )
        return Attended(out.squeeze(1), None if shares is None else shares.squeeze(1))

    @staticmethod
    def shapes(settings: Mapping[str, Any], _: Mapping[str, Any]) -> dict[str, tuple[Size, ...]]:
        """Refuse settings that do not go together before anything is built; of shapes the hints say all."""
        check_strict(settings["causal"], settings["strict"])
        return {}


def check_strict(causal: bool, strict: bool) -> bool:
    """``strict``, unless it stands without ``causal``, which is refused with a ValueError."""
    if strict and not causal:
        raise ValueError("strict is a kind of causal attention; set causal, too")
    return strict
