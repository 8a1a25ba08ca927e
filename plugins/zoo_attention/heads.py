"""Heads: the parts of a vector that attend side by side, and the linear maps around them.

Every multi-headed layer keeps four ``torch.nn.Linear`` called ``query``, ``key``, ``value`` and ``out`` and
differs in what happens between ``into_heads`` and ``from_heads`` alone.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo.fields import Positive
from zoo.rows import RowLinear, linears
from zoo_attention.padding import hide, tame

Heads = Annotated[Positive, Field(description="How many parts of dim attend side by side.")]
Bias = Annotated[bool, Field(description="Whether the four linear maps have a bias.")]


class Projected(NamedTuple):
    """Queries, keys and values of each head; of keys and values there may be fewer heads."""

    query: Float[Tensor, "batch heads query part"]
    key: Float[Tensor, "batch kv_heads key part"]
    value: Float[Tensor, "batch kv_heads key value"]


@runtime_checkable
class MultiHeaded(Protocol):
    """What a multi-headed layer keeps."""

    heads: int
    query: RowLinear
    key: RowLinear
    value: RowLinear
    out: RowLinear


def start(layer: MultiHeaded) -> None:
    """Draw the weights anew, Xavier-uniform before the heads, and set all biases to zero."""
    for linear in (layer.query, layer.key, layer.value):
        nn.init.xavier_uniform_(linear.weight)
    layer.out.reset_parameters()
    for linear in (layer.query, layer.key, layer.value, layer.out):
        if linear.bias is not None:  # pyright: ignore[reportUnnecessaryComparison] - torch types it without None
            nn.init.zeros_(linear.bias)


def into_heads(
    layer: MultiHeaded,
    query: Float[Tensor, "batch query _"],
    key: Float[Tensor, "batch key _"],
    value: Float[Tensor, "batch key _"],
    mask: Bool[Tensor, "batch key"] | None,
    *,
    beside: bool = False,
) -> Projected:
    """Queries, keys and values, mapped and cut into heads, of which nothing in padding is NaN.

    ``beside``: each query stands beside its own key, so that the mask is theirs, too.
    """
    keys, values = hide(key, value, mask)
    clean = query is key and key is keys
    if mask is not None and (beside or query is key) and not clean:
        query = tame(query, mask)
    linear = layer.query  # found once: a module's attributes are slow
    part = linear.out_features // layer.heads
    if query is keys and keys is values:
        mapped = linears(keys, linear, layer.key, layer.value)
    elif keys is values:
        mapped = (linear(query), *linears(keys, layer.key, layer.value))
    else:
        mapped = (linear(query), layer.key(keys), layer.value(values))
    return Projected(*(split(each, part) for each in mapped))


def from_heads(
    layer: MultiHeaded,
    heads: Float[Tensor, "batch heads query part"],
    nonempty: Bool[Tensor, "#batch #query 1"] | None,
) -> Float[Tensor, "batch query dim"]:
    """What all heads got, mapped to one vector; zeros, without a bias either, where ``nonempty`` is false."""
    out = layer.out(merge(heads))
    return out if nonempty is None else out * nonempty


def from_biases(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Settings as version 1 of a layer had them, where ``bias`` was called ``biases``."""
    if "biases" not in settings:
        return settings
    if "bias" in settings:
        raise ValueError("'biases' is the old name of 'bias', and both are given; leave 'biases' out")
    return {"bias" if name == "biases" else name: value for name, value in settings.items()}


def split(x: Float[Tensor, "batch length dim"], part: int) -> Float[Tensor, "batch heads length part"]:
    """Each head's part of every vector."""
    batch, length, dim = x.shape
    return x.view(batch, length, dim // part, part).transpose(1, 2)


def merge(x: Float[Tensor, "batch heads length part"]) -> Float[Tensor, "batch length dim"]:
    """The parts of all heads, one behind the other."""
    return x.transpose(1, 2).flatten(2)


def check_heads(dim: Any, heads: int) -> None:
    """Refuse with a ValueError a dim that is known and does not divide into heads."""
    if isinstance(dim, int) and dim % heads:
        raise ValueError(
            f"every head has an equal part of dim, and {dim} does not divide into {heads} heads; "
            "make dim a multiple of heads"
        )


def check_groups(heads: int, kv_heads: int | None) -> int:
    """The number of heads of keys and values; refuse with a ValueError one that does not divide the heads."""
    if kv_heads is not None and heads % kv_heads:
        raise ValueError(
            f"each head of keys serves as many heads of queries, and {heads} heads do not divide into "
            f"{kv_heads} groups; make kv_heads a divisor of heads"
        )
    return kv_heads or heads
