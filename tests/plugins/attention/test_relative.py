"""Relative positions against the formula of Shaw et al., pair by pair."""

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.plugins.agreement import assert_agrees, borrowing, frozen, gradients, prepared, real, without
from tests.plugins.attention.made import (
    BATCH,
    CAUSALITIES,
    NAN,
    allowed_by_hand,
    heads_by_formula,
    many_heads,
    rand,
    shares,
)
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_attention.relative import Relative, Where

DIM, HEADS, MEMORY, VALUE = 6, 2, 4, 11
PART = DIM // HEADS

wheres = pytest.mark.parametrize("where", ["keys", "values", "both"])


def relative(where: Where = "both", clip: int = 2, **settings: Any) -> Relative:
    sizes: dict[str, Any] = {"dim": DIM, "heads": HEADS, "key_dim": DIM, "value_dim": DIM}
    return prepared(Relative(clip=clip, where=where, **(sizes | settings)))


def formula(
    layer: Relative, query: Tensor, key: Tensor, value: Tensor, allowed: Tensor, distance: Tensor
) -> list[Tensor]:
    """As the paper has it, with a vector for every pair."""
    rows = distance.clamp(-layer.clip, layer.clip) + layer.clip
    none = torch.zeros(*rows.shape, PART).double()
    on_keys = none if layer.key_table is None else layer.key_table[rows]
    on_values = none if layer.value_table is None else layer.value_table[rows]
    heads: list[Tensor] = []
    weights: list[Tensor] = []
    for h in range(HEADS):
        cut = slice(h * PART, (h + 1) * PART)
        q, k, v = layer.query(query)[..., cut], layer.key(key)[..., cut], layer.value(value)[..., cut]
        scores = torch.einsum("bqd,bqkd->bqk", q, k[:, None] + on_keys) / PART**0.5
        weights.append(shares(scores, allowed))
        heads.append(torch.einsum("bqk,bqkd->bqd", weights[-1], v[:, None] + on_values))
    out = layer.out(torch.cat(heads, -1)) * allowed.any(-1, keepdim=True)
    return [out, torch.stack(weights, 1)]


def away(queries: int, keys: int) -> Tensor:
    pairs = [j - (i + keys - queries) for i in range(queries) for j in range(keys)]
    return torch.tensor(pairs, dtype=torch.int64).view(1, queries, keys)


@wheres
@pytest.mark.parametrize("clip", [0, 2])
@pytest.mark.parametrize(("queries", "keys"), [(5, 5), (3, 7), (0, 5)], ids=str)
@pytest.mark.parametrize(("causal", "strict"), CAUSALITIES.values(), ids=CAUSALITIES)
def test_relative_attention_is_its_formula(
    where: Where, clip: int, queries: int, keys: int, causal: bool, strict: bool
) -> None:
    layer = relative(where, clip, key_dim=MEMORY, value_dim=VALUE, causal=causal, strict=strict)
    mask = real([keys, 0, min(2, keys)], keys)
    allowed = allowed_by_hand(queries, keys, causal, strict, mask)
    inputs = [rand(BATCH, queries, DIM), rand(BATCH, keys, MEMORY), rand(BATCH, keys, VALUE)]

    def theirs(q: Tensor, k: Tensor, v: Tensor) -> list[Tensor]:
        return formula(layer, q, k, v, allowed, away(queries, keys))

    assert_agrees(layer, theirs, *inputs, ours=lambda q, k, v: layer(q, k, v, mask, weights=True))
    assert_agrees(
        layer, lambda q, k, v: theirs(q, k, v)[0], *inputs, ours=lambda q, k, v: layer(q, k, v, mask).out
    )


@wheres
def test_distances_may_be_of_another_kind(where: Where) -> None:
    layer, distance = relative(where), torch.randint(-5, 6, (BATCH, 5, 5))
    allowed = torch.ones(BATCH, 5, 5).bool()
    assert_agrees(
        layer,
        lambda x: formula(layer, x, x, x, allowed, distance),
        rand(BATCH, 5, DIM),
        ours=lambda x: layer(x, x, x, None, None, distance, weights=True),
    )


@wheres
def test_with_zeros_for_tables_it_is_multi_head(where: Where) -> None:
    layer = frozen(relative(where), "table")
    for table in (layer.key_table, layer.value_table):
        if table is not None:
            table.data.zero_()
    plain = borrowing(many_heads(heads=HEADS), lambda: without(layer, "table"))
    assert_agrees(
        layer,
        lambda x: plain(x, x, x, weights=True),
        rand(BATCH, 5, DIM),
        ours=lambda x: layer(x, x, x, weights=True),
    )


def test_one_row_for_keys_changes_nothing_and_one_for_values_is_added() -> None:
    layer = relative("both", clip=0)

    def plain_and_more(x: Tensor) -> Tensor:
        assert layer.value_table is not None
        added = layer.value_table.repeat(1, HEADS) @ layer.out.weight.t()
        return heads_by_formula(layer, x, x, x, torch.ones(BATCH, 5, 5).bool()) + added

    assert_agrees(layer, plain_and_more, rand(BATCH, 5, DIM), ours=lambda x: layer(x, x, x).out)


@wheres
@pytest.mark.parametrize("strict", [True, False], ids=["strict", ""])
def test_causal_relative_attention_streams(where: Where, strict: bool) -> None:
    layer, x = relative(where, causal=True, strict=strict), rand(BATCH, 7, DIM)
    assert_streams(layer, {"query": x, "key": x, "value": x, "mask": torch.rand(BATCH, 7) < 0.7})


def test_without_causality_there_are_no_pieces() -> None:
    with pytest.raises(InputError, match="attention/relative streams if it is causal"):
        relative().initial_state(1, torch.device("cpu"), torch.float32)


@wheres
@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(where: Where, padding: float) -> None:
    layer, mask, clean = relative(where), real([7, 4, 0], 7), rand(BATCH, 7, DIM)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, x, x, mask).out[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()


@wheres
def test_dropout_drops_in_training_alone(where: Where) -> None:
    layer, x = relative(where, dropout=0.5), rand(BATCH, 7, DIM)
    dropped = layer(x, x, x, weights=True)
    whole = layer.eval()(x, x, x, weights=True)
    assert not torch.isclose(dropped.out, whole.out).any()
    torch.testing.assert_close(dropped.weights, whole.weights)


def test_nothing_has_a_vector_for_every_pair() -> None:
    layer = relative(clip=1)
    sizes: list[int] = []

    def weigh(saved: Tensor) -> Tensor:
        sizes.append(saved.untyped_storage().nbytes() // saved.element_size())
        return saved

    x = rand(1, 64, DIM).requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(weigh, lambda saved: saved):
        layer(x, x, x)
    assert max(sizes) <= HEADS * 64 * 64
