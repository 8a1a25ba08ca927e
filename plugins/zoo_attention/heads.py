"""Attention heads, and the linear maps around them.

Every multi-head layer has four ``torch.nn.Linear`` named ``query``, ``key``, ``value`` and ``out``; the
layers differ only in what they do between ``into_heads`` and ``from_heads``.
"""

from collections.abc import Mapping
from typing import Annotated, Any, NamedTuple, Protocol, runtime_checkable

from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from zoo.fields import Positive
from zoo.rows import RowLinear, linears
from zoo_attention.padding import hide, tame

Heads = Annotated[Positive, Field(description="The number of heads, each with an equal part of dim.")]
Bias = Annotated[bool, Field(description="Whether the four linear maps have a bias.")]


class Projected(NamedTuple):
    """The queries, keys and values of each head; keys and values may have fewer heads."""

    query: Float[Tensor, "batch heads query part"]
    key: Float[Tensor, "batch kv_heads key part"]
    value: Float[Tensor, "batch kv_heads key value"]


@runtime_checkable
class MultiHeaded(Protocol):
    """The attributes of a multi-head layer."""

    heads: int
    query: RowLinear
    key: RowLinear
    value: RowLinear
    out: RowLinear


def start(layer: MultiHeaded) -> None:
    """Reinitialise the weights, Xavier-uniform before the heads, and set all biases to zero."""
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
    """Project queries, keys and values and split them into heads, without NaN from padding.

    With ``beside``, query i and key i belong to the same position, so that the mask applies to queries, too.
    """
    keys, values = hide(key, value, mask)
    clean = query is key and key is keys
    if mask is not None and (beside or query is key) and not clean:
        query = tame(query, mask)
    linear = layer.query  # looked up once: attribute access on modules is slow
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
    """Merge the heads and project them; where ``nonempty`` is false, zeros without the bias."""
    out = layer.out(merge(heads))
    return out if nonempty is None else out * nonempty


def from_biases(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Migrate settings from version 1 of a layer, in which ``bias`` was called ``biases``."""
    if "biases" not in settings:
        return settings
    if "bias" in settings:
        raise ValueError("'biases' is the old name of 'bias', and both are given; leave 'biases' out")
    return {"bias" if name == "biases" else name: value for name, value in settings.items()}


def split(x: Float[Tensor, "batch length dim"], part: int) -> Float[Tensor, "batch heads length part"]:
    """Split every vector into its heads."""
    batch, length, dim = x.shape
    return x.view(batch, length, dim // part, part).transpose(1, 2)


def merge(x: Float[Tensor, "batch heads length part"]) -> Float[Tensor, "batch length dim"]:
    """Concatenate the heads of every vector: the inverse of ``split``."""
    return x.transpose(1, 2).flatten(2)


def check_heads(dim: Any, heads: int) -> None:
    """Raise ValueError if dim is a known number that is not divisible by heads."""
    if isinstance(dim, int) and dim % heads:
        raise ValueError(
            f"every head has an equal part of dim, and {dim} does not divide into {heads} heads; "
            "make dim a multiple of heads"
        )


def check_groups(heads: int, kv_heads: int | None) -> int:
    """The number of key and value heads; raises ValueError if it does not divide the number of heads."""
    if kv_heads is not None and heads % kv_heads:
        raise ValueError(
            f"each head of keys serves as many heads of queries, and {heads} heads do not divide into "
            f"{kv_heads} groups; make kv_heads a divisor of heads"
        )
    return kv_heads or heads
