"""Multi-head attention against ``torch.nn.MultiheadAttention``, where that has no NaN."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, real
from tests.plugins.attention.made import (
    BATCH,
    DIM,
    KEYS,
    MEMORY,
    QUERIES,
    VALUE,
    allowed_by_hand,
    causalities,
    drawn_masks,
    many_heads,
    masked,
    rand,
)
from zoo_attention.multi_head import MultiHead
from zoo_attention.scaled_dot_product import ScaledDotProduct


def torchs(layer: MultiHead, key_dim: int, value_dim: int) -> Callable[..., Any]:
    """``nn.MultiheadAttention`` with the layer's parameters, called with the zoo's masks."""
    bias = "out.bias" in dict(layer.named_parameters())
    oracle = nn.MultiheadAttention(
        DIM, layer.heads, bias=bias, kdim=key_dim, vdim=value_dim, batch_first=True
    )
    apart = key_dim != DIM or value_dim != DIM

    def parameters() -> dict[str, Tensor]:
        into = (layer.query, layer.key, layer.value)
        found: dict[str, Tensor] = {"out_proj.weight": layer.out.weight}
        if apart:
            found |= {f"{name}_proj_weight": x.weight for name, x in zip("qkv", into, strict=True)}
        else:
            found["in_proj_weight"] = torch.cat([x.weight for x in into])
        if bias:
            found |= {"in_proj_bias": torch.cat([x.bias for x in into]), "out_proj.bias": layer.out.bias}
        return found

    borrowed = borrowing(oracle, parameters)

    def call(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        pairs: Tensor | None,
        weights: bool = True,
    ) -> list[Tensor]:
        forbidden = None if pairs is None else ~pairs.repeat_interleave(layer.heads, 0)
        padding = None if mask is None else ~mask
        flags = {"key_padding_mask": padding, "attn_mask": forbidden, "average_attn_weights": False}
        return list(borrowed(query, key, value, **flags))[: 1 + weights]

    return call


@pytest.mark.parametrize("heads", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
@masked
def test_multi_head_is_torchs(heads: int, bias: bool, mask: bool, pairs: bool) -> None:
    layer = many_heads(heads=heads, key_dim=MEMORY, value_dim=VALUE, bias=bias)
    inputs = [rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, MEMORY), rand(BATCH, KEYS, VALUE)]
    keep = real([KEYS, 3, 1], KEYS) if mask else None
    pattern = torch.rand(BATCH, QUERIES, KEYS) < 0.5
    pattern[:, :, 0] = True  # no empty rows: they are NaN there
    oracle = torchs(layer, MEMORY, VALUE)
    found = [*inputs, keep, pattern if pairs else None]
    assert_agrees(layer, oracle, *found, ours=partial(layer, weights=True))
    assert_agrees(layer, partial(oracle, weights=False), *found)


@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("lengths", [None, (5, 3, 1)], ids=str)
@pytest.mark.parametrize("time", [5, 1])
def test_self_attention_is_torchs(causal: bool, lengths: tuple[int, ...] | None, time: int) -> None:
    layer = many_heads(causal=causal)
    mask = None if lengths is None else real([min(length, time) for length in lengths], time)
    past = allowed_by_hand(time, time, causal, strict=False)
    oracle = torchs(layer, DIM, DIM)

    assert_agrees(
        layer,
        lambda x: oracle(x, x, x, mask, past)[0],
        rand(BATCH, time, DIM),
        ours=lambda x: layer(x, x, x, mask).out,
    )


@causalities
@masked
@pytest.mark.parametrize(("queries", "keys"), [(5, 7), (7, 5), (5, 5)], ids=str)
def test_weights_change_nothing_but_that_they_are_seen(
    causal: bool, strict: bool, mask: bool, pairs: bool, queries: int, keys: int
) -> None:
    layer = many_heads(causal=causal, strict=strict)
    inputs = [rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, DIM)]
    masks = drawn_masks(queries, keys, mask, pairs)
    silent, told = layer(*inputs, *masks), layer(*inputs, *masks, weights=True)
    assert silent.weights is None
    torch.testing.assert_close(silent.out, told.out)
    allowed = allowed_by_hand(queries, keys, causal, strict, *masks)
    assert told.weights[~allowed.unsqueeze(1).expand(-1, 2, -1, -1)].eq(0).all()
    torch.testing.assert_close(
        told.weights.sum(-1), allowed.any(-1, keepdim=True).mT.expand(-1, 2, -1).double()
    )


@pytest.mark.parametrize("weights", [True, False])
def test_heads_drop_weights_in_training_alone(weights: bool) -> None:
    dropping, plain = many_heads(dropout=0.5), many_heads()
    plain.load_state_dict(dropping.state_dict())
    inputs = [rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)]
    expected = plain(*inputs, weights=True)
    trained = dropping(*inputs, weights=weights)
    assert not torch.isclose(trained.out, expected.out).any()
    if weights:
        torch.testing.assert_close(trained.weights, expected.weights)
    torch.testing.assert_close(dropping.eval()(*inputs, weights=weights).out, expected.out)


@pytest.mark.parametrize("heads", [1, 3])
def test_one_head_of_many_is_scaled_dot_product_attention(heads: int) -> None:
    layer = many_heads(heads=heads)
    with torch.no_grad():
        for linear in (layer.query, layer.key, layer.value, layer.out):
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)
    inputs = [rand(BATCH, n, DIM) for n in (QUERIES, KEYS, KEYS)]
    parts = [
        ScaledDotProduct()(*part).out for part in zip(*(x.chunk(heads, -1) for x in inputs), strict=True)
    ]
    torch.testing.assert_close(layer(*inputs).out, torch.cat(parts, -1))


def test_dim_divides_into_heads() -> None:
    for refuse in (
        lambda: MultiHead(10, 3, 10, 10),
        lambda: MultiHead.shapes({"dim": 10, "heads": 3, "causal": False, "strict": False}, {}),
    ):
        with pytest.raises(ValueError, match="10 does not divide into 3 heads; make dim a multiple of heads"):
            refuse()
