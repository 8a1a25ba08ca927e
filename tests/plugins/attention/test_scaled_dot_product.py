"""Scaled dot-product attention against its formula."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, real
from tests.plugins.attention.made import (
    BATCH,
    DIM,
    VALUE,
    allowed_by_hand,
    causalities,
    drawn_masks,
    masked,
    rand,
    shares,
)
from zoo_attention.heads import merge, split
from zoo_attention.multi_head import MultiHead
from zoo_attention.scaled_dot_product import ScaledDotProduct

lengths = pytest.mark.parametrize(
    ("queries", "keys"), [(5, 7), (5, 5), (7, 5), (1, 5), (0, 5), (5, 0)], ids=str
)


@causalities
@lengths
@masked
@pytest.mark.parametrize("weights", [True, False])
def test_scaled_dot_product_is_its_formula(
    queries: int, keys: int, causal: bool, strict: bool, mask: bool, pairs: bool, weights: bool
) -> None:
    def formula(
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None,
        pairs: Tensor | None,
        *,
        weights: bool = False,
    ) -> list[Tensor]:
        allowed = allowed_by_hand(queries, keys, causal, strict, mask, pairs)
        found = shares(torch.einsum("bqd,bkd->bqk", query, key) / math.sqrt(DIM), allowed)
        out = torch.einsum("bqk,bkv->bqv", found, value)
        return [out, found.unsqueeze(1)] if weights else [out]

    inputs = [rand(BATCH, queries, DIM), rand(BATCH, keys, DIM), rand(BATCH, keys, VALUE)]
    masks = drawn_masks(queries, keys, mask, pairs)
    assert_agrees(ScaledDotProduct(causal=causal, strict=strict), formula, *inputs, *masks, weights=weights)


@pytest.mark.parametrize("heads", [1, 2])
@pytest.mark.parametrize("causal", [True, False])
@masked
def test_scaled_dot_product_is_torchs(heads: int, causal: bool, mask: bool, pairs: bool) -> None:
    queries, keys = (5, 5) if causal and not (mask or pairs) else (5, 7)
    pattern = torch.rand(BATCH, queries, keys) < 0.5
    pattern[:, :, 0] = True  # no empty rows, of which kernels make what they like
    masks = real([keys, 3, 1], keys) if mask else None, pattern if pairs else None
    allowed = allowed_by_hand(queries, keys, causal, False, *masks).unsqueeze(1)

    def theirs(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        q, k, v = (split(x, x.shape[2] // heads) for x in (query, key, value))
        mask = None if queries == keys else allowed
        return merge(F.scaled_dot_product_attention(q, k, v, mask, is_causal=mask is None))

    layer = ScaledDotProduct(heads, causal=causal)
    inputs = [rand(BATCH, n, width) for n, width in ((queries, DIM), (keys, DIM), (keys, 2 * VALUE))]
    assert_agrees(layer, theirs, *inputs, ours=lambda q, k, v: layer(q, k, v, *masks).out)


def test_dropout_drops_weights_and_shows_them_whole() -> None:
    layer = ScaledDotProduct(dropout=0.5)
    query, key = rand(1, 40, DIM), rand(1, 50, DIM)
    identity = torch.eye(50).double()[None]  # what comes out is the weights as they were used
    for weights in (True, False):
        used = layer(query, key, identity, weights=weights).out
        whole = layer.eval()(query, key, identity, weights=True)
        torch.testing.assert_close(whole.out, whole.weights[:, 0])
        layer.train()
        dropped = used.eq(0)
        torch.testing.assert_close(used[~dropped], 2 * whole.weights[:, 0][~dropped])
        assert 0.45 < dropped.double().mean() < 0.55
    assert layer(query, key, identity, weights=True).weights.sum(-1).sub(1).abs().max() < 1e-12


def test_strict_is_a_kind_of_causal() -> None:
    for refuse in (
        lambda: ScaledDotProduct(strict=True),
        lambda: ScaledDotProduct.shapes({"causal": False, "strict": True}, {}),
        lambda: MultiHead(4, 2, 4, 4, strict=True),
    ):
        with pytest.raises(ValueError, match="strict is a kind of causal attention; set causal, too"):
            refuse()
