"""What treats each step for itself, and positions, beside torch's and x-transformers'."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from layer_pairs.making import DIM, HEADS, Made, Pair, Work, alike, from_heads, into_heads, ours

WORDS = 1000


def networks(made: Made) -> Iterator[Pair]:
    """Linear maps, tables, norms and feed-forward networks."""
    x = made.sequence()
    ids = torch.randint(WORDS, (made.batch, made.length), device=made.device)
    table = ours("basic/embedding", vocab=WORDS, dim=DIM)
    yield alike("linear", ours("basic/linear", input=DIM, output=DIM), "nn.Linear", nn.Linear(DIM, DIM), x)
    yield alike("embedding", table, "nn.Embedding", nn.Embedding(WORDS, DIM), ids)
    yield alike("layer_norm", ours("norm/layer_norm", dim=DIM), "nn.LayerNorm", nn.LayerNorm(DIM), x)
    yield alike("rms_norm", ours("norm/rms_norm", dim=DIM), "nn.RMSNorm", nn.RMSNorm(DIM), x)
    by_hand = nn.Sequential(nn.Linear(DIM, 4 * DIM), nn.ReLU(), nn.Linear(4 * DIM, DIM))
    yield alike("ffn", ours("feedforward/ffn", dim=DIM, hidden=4 * DIM), "nn.Sequential", by_hand, x)
    gated = ours("feedforward/gated", dim=DIM, hidden=2 * DIM, bias=True)
    peers: Any = importlib.import_module("x_transformers.x_transformers")
    theirs = peers.FeedForward(DIM, mult=2, glu=True, swish=True)
    yield alike("gated, SwiGLU", gated, "x-transformers", theirs, x)


def positions(made: Made) -> Iterator[Pair]:
    """Added to a sequence, or turning it."""
    x = made.sequence()
    table, rows = ours("position/learned", dim=DIM, max_length=made.length), nn.Embedding(made.length, DIM)
    places = torch.arange(made.length, device=made.device)

    def looked_up(x: Tensor) -> Tensor:
        return x + rows(places)

    yield Pair("learned", "nn.Embedding", Work(table, table), Work(looked_up, rows), [x])
    peers: Any = importlib.import_module("x_transformers.x_transformers")
    waves, sines = ours("position/sinusoidal", layout="half"), peers.ScaledSinusoidalEmbedding(DIM)
    rotary, turns = ours("position/rotary", dim=DIM, heads=HEADS), peers.RotaryEmbedding(DIM // HEADS)

    def waving(x: Tensor) -> Tensor:
        return x + sines(x)

    def turned(x: Tensor) -> Tensor:
        angles, _ = turns.forward_from_seq_len(made.length)
        return from_heads(peers.apply_rotary_pos_emb(into_heads(x), angles))

    yield Pair("sinusoidal", "x-transformers", Work(waves, waves), Work(waving, sines), [x])
    yield Pair("rotary", "x-transformers", Work(rotary, rotary), Work(turned, turns), [x])
