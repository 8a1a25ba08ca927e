"""Additive and multiplicative attention against JoeyNMT's, with the weights of ours."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from zoo_attention.additive import Additive
from zoo_attention.multiplicative import Multiplicative

peer: Any = pytest.importorskip("joeynmt.attention", reason="the peer 'joeynmt' is in the extra test-peers")

BATCH, SOURCE, DIM, MEMORY, ATTENTION = 3, 7, 5, 11, 13
MASK = real([SOURCE, 2, 5], SOURCE)  # a source of padding alone is NaN there


class Looking(nn.Module):
    """Theirs in one call: the keys of a memory, and what a query finds there."""

    def __init__(self, look: Any) -> None:
        super().__init__()
        self.look = look

    def forward(self, query: Tensor, memory: Tensor) -> list[Tensor]:
        self.look.compute_proj_keys(memory)
        return list(self.look(query, MASK.unsqueeze(1), memory))


def inputs() -> list[Tensor]:
    return [torch.randn(BATCH, 1, DIM).double(), torch.randn(BATCH, SOURCE, MEMORY).double()]


def test_multiplicative_attention() -> None:
    layer = prepared(Multiplicative(DIM, MEMORY))
    theirs = borrowing(
        Looking(peer.LuongAttention(DIM, MEMORY)), lambda: {"look.key_layer.weight": layer.weight}
    )
    assert_agrees(
        layer,
        theirs,
        *inputs(),
        ours=lambda query, memory: layer(query, memory, memory, MASK, weights=True),
    )


def test_additive_attention_with_the_linear_map_of_its_keys() -> None:
    attend, keys = Additive(DIM, ATTENTION), nn.Linear(MEMORY, ATTENTION, bias=False)
    both = prepared(nn.ModuleList([attend, keys]))
    theirs = borrowing(
        Looking(peer.BahdanauAttention(ATTENTION, MEMORY, DIM)),
        lambda: {
            "look.key_layer.weight": keys.weight,
            "look.query_layer.weight": attend.weight,
            "look.energy_layer.weight": attend.energy.unsqueeze(0),
        },
    )
    assert_agrees(
        both,
        theirs,
        *inputs(),
        ours=lambda query, memory: attend(query, keys(memory), memory, MASK, weights=True),
    )
