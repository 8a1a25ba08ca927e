"""Dot, multiplicative and additive attention against their formulas."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared, real
from tests.plugins.attention.made import BATCH, DIM, KEYS, MEMORIES, QUERIES, VALUE, rand, shares
from tests.plugins.streams import assert_streams

over_memories = pytest.mark.parametrize(("make", "width", "scores"), MEMORIES.values(), ids=MEMORIES)


@over_memories
@pytest.mark.parametrize("steps", [(), (QUERIES,), (2, 5), (0,)], ids=str)
@pytest.mark.parametrize("lengths", [None, (7, 0, 2)], ids=str)
@pytest.mark.parametrize("weights", [True, False])
def test_memory_attention_is_its_formula(
    make: Callable[[], nn.Module],
    width: int,
    scores: Callable[[Any, Tensor, Tensor], Tensor],
    steps: tuple[int, ...],
    lengths: tuple[int, ...] | None,
    weights: bool,
) -> None:
    layer = prepared(make())
    mask = [] if lengths is None else [real(lengths, KEYS)]

    def formula(
        query: Tensor, keys: Tensor, values: Tensor, *mask: Tensor, weights: bool = False
    ) -> list[Tensor]:
        allowed = mask[0][:, None, :] if mask else torch.ones(1, 1, KEYS).bool()
        every = query.reshape(BATCH, math.prod(steps), DIM)
        found = shares(scores(layer, every, keys), allowed)
        out = torch.einsum("bqk,bkv->bqv", found, values).reshape(BATCH, *steps, VALUE)
        return [out, found.reshape(BATCH, *steps, KEYS)] if weights else [out]

    inputs = [rand(BATCH, *steps, DIM), rand(BATCH, KEYS, width), rand(BATCH, KEYS, VALUE), *mask]
    assert_agrees(layer, formula, *inputs, weights=weights)


@over_memories
def test_one_step_is_a_row_of_all_steps(make: Callable[[], nn.Module], width: int, scores: object) -> None:
    layer = prepared(make())
    query, keys, values = rand(BATCH, QUERIES, DIM), rand(BATCH, KEYS, width), rand(BATCH, KEYS, VALUE)
    together = layer(query, keys, values).out
    for step, alone in enumerate(query.unbind(1)):
        torch.testing.assert_close(layer(alone, keys, values).out, together[:, step])


@over_memories
@pytest.mark.parametrize("lengths", [None, (7, 0, 2)], ids=str)
def test_queries_come_in_pieces(
    make: Callable[[], nn.Module], width: int, scores: object, lengths: tuple[int, ...] | None
) -> None:
    memory = {"keys": rand(BATCH, KEYS, width), "values": rand(BATCH, KEYS, VALUE)}
    if lengths is not None:
        memory["mask"] = real(lengths, KEYS)
    assert_streams(prepared(make()), {"query": rand(BATCH, 7, DIM)}, memory)
