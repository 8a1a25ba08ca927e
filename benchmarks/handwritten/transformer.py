"""``transformer.yaml`` by hand."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

NAMES = [
    (r"encoder\.(\d+)\.norm1\.(.*)", r"encoder.\1.attend.norm.\2"),
    (r"encoder\.(\d+)\.attend\.(.*)", r"encoder.\1.attend.attend.\2"),
    (r"decoder\.(\d+)\.norm1\.(.*)", r"decoder.\1.attend.norm.\2"),
    (r"decoder\.(\d+)\.attend\.(.*)", r"decoder.\1.attend.attend.\2"),
    (r"decoder\.(\d+)\.norm2\.(.*)", r"decoder.\1.norm.\2"),
    (r"(\w+)\.(\d+)\.feed\.norm\.(.*)", r"\1.\2.feed.norm.\3"),
    (r"(\w+)\.(\d+)\.feed\.fc1\.(.*)", r"\1.\2.feed.ffn.inner.\3"),
    (r"(\w+)\.(\d+)\.feed\.fc2\.(.*)", r"\1.\2.feed.ffn.outer.\3"),
    (r"memory_norm\.(.*)", r"memory.\1"),
    (r"head\.weight", r"embed.weight"),
    (r"(.*)", r"\1"),
]


class Attention(nn.Module):
    """Multi-head attention."""

    def __init__(self, dim: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor | None = None, causal: bool = False) -> Tensor:
        batch, time, dim = x.shape
        q = self.query(x).view(batch, time, self.heads, -1).transpose(1, 2)
        k = self.key(memory).view(batch, memory.shape[1], self.heads, -1).transpose(1, 2)
        v = self.value(memory).view(batch, memory.shape[1], self.heads, -1).transpose(1, 2)
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=dropout, is_causal=causal)
        return self.out(y.transpose(1, 2).reshape(batch, time, dim))


class FeedForward(nn.Module):
    """x + ffn(norm(x))."""

    def __init__(self, dim: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, hidden)
        self.drop = nn.Dropout(dropout)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.fc2(self.drop(F.relu(self.fc1(self.norm(x)))))


class EncoderLayer(nn.Module):
    """One layer of the encoder."""

    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attend = Attention(dim, heads, dropout)
        self.feed = FeedForward(dim, hidden, dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        y = self.norm1(x)
        return self.feed(x + self.attend(y, y, mask))


class DecoderLayer(nn.Module):
    """One layer of the decoder."""

    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attend = Attention(dim, heads, dropout)
        self.norm2 = nn.LayerNorm(dim)
        self.cross = Attention(dim, heads, dropout)
        self.feed = FeedForward(dim, hidden, dropout)

    def forward(self, x: Tensor, memory: Tensor, mask: Tensor) -> Tensor:
        y = self.norm1(x)
        x = x + self.attend(y, y, causal=True)
        x = x + self.cross(self.norm2(x), memory, mask)
        return self.feed(x)


class Peer(nn.Module):
    """The model."""

    def __init__(self, vocab: int, dim: int, heads: int, hidden: int, layers: int, dropout: float) -> None:
        super().__init__()
        self.dim = dim
        self.embed = nn.Embedding(vocab, dim)
        self.encoder = nn.ModuleList(EncoderLayer(dim, heads, hidden, dropout) for _ in range(layers))
        self.memory_norm = nn.LayerNorm(dim)
        self.decoder = nn.ModuleList(DecoderLayer(dim, heads, hidden, dropout) for _ in range(layers))
        self.decoder_norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, source: Tensor, source_mask: Tensor, target: Tensor) -> Tensor:
        mask = source_mask[:, None, None, :]
        memory = self.embedded(source)
        for layer in self.encoder:
            memory = layer(memory, mask)
        memory = self.memory_norm(memory)
        x = self.embedded(target)
        for layer in self.decoder:
            x = layer(x, memory, mask)
        return self.head(self.decoder_norm(x))

    def embedded(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens) * math.sqrt(self.dim)
        return x + sinusoids(x)


def sinusoids(x: Tensor) -> Tensor:
    time, dim = x.shape[1:]
    places = torch.arange(time, dtype=x.dtype, device=x.device).unsqueeze(1)
    rates = 10000.0 ** (-torch.arange(0, dim, 2, dtype=x.dtype, device=x.device) / dim)
    table = x.new_empty(time, dim)
    table[:, 0::2] = torch.sin(places * rates)
    table[:, 1::2] = torch.cos(places * rates)[:, : dim // 2]
    return table
