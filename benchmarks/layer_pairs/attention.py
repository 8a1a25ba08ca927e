"""Attention beside torch's, x-transformers', linformer's, Hugging Face's and JoeyNMT's."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from layer_pairs.making import (
    DIM,
    HEADS,
    WIDTHS,
    Made,
    Pair,
    Work,
    attending,
    from_heads,
    into_heads,
    ours,
)

TORCHS = "nn.MultiheadAttention"


def full(made: Made) -> Iterator[Pair]:
    """Of all steps to all: alone, and in heads."""
    x = made.sequence()

    def kernel(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        q, k, v = into_heads(query), into_heads(key), into_heads(value)
        return from_heads(F.scaled_dot_product_attention(q, k, v, is_causal=True))

    plain = ours("attention/scaled_dot_product", heads=HEADS, causal=True)
    three = [x, made.sequence(), made.sequence()]
    yield Pair("scaled_dot_product, causal", "F.sdpa", Work(plain, plain), Work(kernel, nn.Identity()), three)
    later = torch.ones(made.length, made.length, dtype=torch.bool, device=made.device).triu(1)
    mask = made.mask()
    kinds: list[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]] = [
        ("multi_head", {}, {}, {}, {}),
        ("multi_head, causal", {"causal": True}, {}, {"is_causal": True, "attn_mask": later}, {}),
        ("multi_head, padded", {}, {"mask": mask}, {"key_padding_mask": ~mask}, {"context_mask": mask}),
    ]
    for title, settings, given, to_torch, to_other in kinds:
        mine = attending(ours("attention/multi_head", **WIDTHS, **settings), **given)
        torchs = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
        yield Pair(title, TORCHS, mine, attending(torchs, need_weights=False, **to_torch), [x])
        peer: Any = importlib.import_module("x_transformers.x_transformers").Attention
        theirs = peer(DIM, dim_head=DIM // HEADS, heads=HEADS, flash=True, **settings)
        mine = attending(ours("attention/multi_head", **WIDTHS, **settings, bias=False), **given)
        yield Pair(title, "x-transformers, flash", mine, _alone(theirs, **to_other), [x])


def _alone(module: nn.Module, **more: Any) -> Work:
    def call(x: Tensor) -> Any:
        return module(x, **more)

    return Work(call, module)


def memory(made: Made) -> Iterator[Pair]:
    """One query over a padded source, as at every step of a decoder, the source new each time."""
    inputs, mask = [made.rand(made.batch, 1, DIM), made.sequence()], made.mask()
    peers: Any = importlib.import_module("joeynmt.attention")

    def theirs(look: Any) -> Work:
        def call(query: Tensor, source: Tensor) -> Tensor:
            look.compute_proj_keys(source)
            return look(query, mask.unsqueeze(1), source)[0]

        return Work(call, look)

    bilinear = ours("attention/multiplicative", dim=DIM, memory=DIM)
    additive, keys = ours("attention/additive", dim=DIM, attention=DIM), nn.Linear(DIM, DIM, bias=False)

    def multiplied(query: Tensor, source: Tensor) -> Any:
        return bilinear(query, source, source, mask)

    def added(query: Tensor, source: Tensor) -> Any:
        return additive(query, keys(source), source, mask)

    luong, bahdanau = peers.LuongAttention(DIM, DIM), peers.BahdanauAttention(DIM, DIM, DIM)
    yield Pair("multiplicative", "joeynmt Luong", Work(multiplied, bilinear), theirs(luong), inputs)
    both = Work(added, nn.ModuleList([additive, keys]))
    yield Pair("additive, its linear map too", "joeynmt Bahdanau", both, theirs(bahdanau), inputs)


def sparse(made: Made) -> Iterator[Pair]:
    """To some keys, or mixtures of them."""
    x = made.sequence()
    near = attending(ours("attention/sliding_window", **WIDTHS, window=64, causal=True))
    places = torch.arange(made.length, device=made.device)
    away = places.unsqueeze(1) - places
    dense = nn.MultiheadAttention(DIM, HEADS, batch_first=True)
    masked = attending(dense, need_weights=False, attn_mask=(away < 0) | (away >= 64))
    yield Pair("sliding_window of 64", f"{TORCHS}, masked", near, masked, [x])
    mine = attending(ours("attention/linformer", **WIDTHS, max_length=made.length, rank=64, bias=False))
    peer: Any = importlib.import_module("linformer").LinformerSelfAttention(DIM, made.length, 64, HEADS)
    yield Pair("linformer, rank 64", "linformer", mine, Work(peer, peer), [x])
    mine = attending(ours("attention/big_bird", **WIDTHS, block=16, random_blocks=3))
    yield Pair("big_bird, blocks of 16", "Hugging Face", mine, _hugging_face(made), [x])


def _hugging_face(made: Made) -> Work:
    """BigBird of Hugging Face with an output projection, as ours has one."""
    peers: Any = importlib.import_module("transformers.models.big_bird.modeling_big_bird")
    config = peers.BigBirdConfig(
        hidden_size=DIM,
        num_attention_heads=HEADS,
        num_random_blocks=3,
        block_size=16,
        max_position_embeddings=made.length,
    )
    block, out = peers.BigBirdBlockSparseAttention(config), nn.Linear(DIM, DIM)
    real = torch.ones(made.batch, made.length, device=made.device, dtype=made.dtype)
    blocked, band, rows, columns = peers.BigBirdModel.create_masks_for_block_sparse_attn(real, 16)

    def call(x: Tensor) -> Tensor:
        return out(block(x, band, rows, columns, blocked, blocked)[0])

    return Work(call, nn.ModuleList([block, out]))
