"""What stands in padding never shows, and a query that may attend to nothing gets nothing."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import gradients, prepared, real, tensors
from tests.plugins.attention.made import (
    BATCH,
    DIM,
    KEYS,
    MAKE,
    NAN,
    QUERIES,
    allowed_by_hand,
    causalities,
    drawn_masks,
    every,
    inputs_of,
    many_heads,
    rand,
)
from zoo_attention.scaled_dot_product import ScaledDotProduct


@every
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
@pytest.mark.parametrize("weights", [True, False])
def test_what_stands_in_padding_never_shows(name: str, padding: float, weights: bool) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 0, 2], KEYS)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        query, key, value = (x.clone() for x in inputs)
        key[~mask], value[~mask] = content, content
        leaves = [x.requires_grad_() for x in (query, key, value)]
        found = tensors(layer(*leaves, mask, weights=weights))
        directions = [torch.ones_like(x).cumsum(-1) for x in found]
        results.append([*found, *gradients(found, [*leaves, *layer.parameters()], directions)])
    assert all(map(torch.equal, *results))
    assert all(x.isfinite().all() for x in results[1])


SELF = {"multi_head": many_heads, "scaled_dot_product": ScaledDotProduct}


@pytest.mark.parametrize("make", SELF.values(), ids=SELF)
@pytest.mark.parametrize("causal", [True, False])
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_in_self_attention_padding_shows_neither_as_a_query(
    make: Callable[..., nn.Module], causal: bool, padding: float
) -> None:
    layer, mask = make(causal=causal), real([QUERIES, 3, 1], QUERIES)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        torch.default_generator.manual_seed(1)
        x = rand(BATCH, QUERIES, DIM)
        x[~mask] = content
        x.requires_grad_()
        out = layer(x, x, x, mask).out[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for clean, spoilt in zip(*results, strict=True):
        torch.testing.assert_close(clean, spoilt)


@every
def test_a_sequence_alone_gets_what_it_gets_in_a_padded_batch(name: str) -> None:
    layer, inputs, mask = prepared(MAKE[name]()), inputs_of(name), real([KEYS, 3, 1], KEYS)
    together = layer(*inputs, mask).out
    for row, length in enumerate([KEYS, 3, 1]):
        query, key, value = (x[row : row + 1] for x in inputs)
        torch.testing.assert_close(
            layer(query, key[:, :length], value[:, :length]).out, together[row : row + 1]
        )


@causalities
@pytest.mark.parametrize(("queries", "keys"), [(5, 7), (7, 5)], ids=str)
def test_a_query_that_may_attend_to_nothing_gets_zeros_in_every_sense(
    causal: bool, strict: bool, queries: int, keys: int
) -> None:
    layer = many_heads(causal=causal, strict=strict)  # its biases are random, and do not show either
    inputs = [rand(BATCH, n, DIM).requires_grad_() for n in (queries, keys, keys)]
    masks = drawn_masks(queries, keys, mask=True, pairs=True)
    out = layer(*inputs, *masks).out
    empty = ~allowed_by_hand(queries, keys, causal, strict, *masks).any(-1)
    assert empty[1].all()
    assert out[empty].eq(0).all()
    assert out[~empty].ne(0).all()
    towards = [*inputs, *layer.parameters()]
    assert all(x.isfinite().all() for x in gradients([out], towards, [torch.randn_like(out)]))
    from_nothing = gradients([out], towards, [torch.randn_like(out) * empty.unsqueeze(-1)])
    assert all(x.eq(0).all() for x in from_nothing)
