"""``gpt.yaml`` by hand."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, arange, nn

NAMES = [
    (r"layers\.(\d+)\.norm1\.(.*)", r"decoder.\1.attend_norm.\2"),
    (r"layers\.(\d+)\.norm2\.(.*)", r"decoder.\1.ffn_norm.\2"),
    (r"layers\.(\d+)\.fc1\.(.*)", r"decoder.\1.ffn.inner.\2"),
    (r"layers\.(\d+)\.fc2\.(.*)", r"decoder.\1.ffn.outer.\2"),
    (r"layers\.(\d+)\.(\w+)\.(.*)", r"decoder.\1.attend.\2.\3"),
    (r"head\.weight", r"embed.weight"),
    (r"(.*)", r"\1"),
]


class Layer(nn.Module):
    """One layer."""

    def __init__(self, dim: int, heads: int, hidden: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.dropout = dropout
        self.norm1 = nn.LayerNorm(dim)
        self.query = nn.Linear(dim, dim)
        self.key = nn.Linear(dim, dim)
        self.value = nn.Linear(dim, dim)
        self.out = nn.Linear(dim, dim)
        self.drop = nn.Dropout(dropout)
        self.norm2 = nn.LayerNorm(dim)
        self.fc1 = nn.Linear(dim, hidden)
        self.fc2 = nn.Linear(hidden, dim)

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.drop(self.attend(self.norm1(x)))
        return x + self.drop(self.fc2(F.gelu(self.fc1(self.norm2(x)))))

    def attend(self, x: Tensor) -> Tensor:
        batch, time, dim = x.shape
        q = self.query(x).view(batch, time, self.heads, -1).transpose(1, 2)
        k = self.key(x).view(batch, time, self.heads, -1).transpose(1, 2)
        v = self.value(x).view(batch, time, self.heads, -1).transpose(1, 2)
        dropout = self.dropout if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, dropout_p=dropout, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(batch, time, dim))


class Peer(nn.Module):
    """The model."""

    def __init__(
        self, vocab: int, context: int, dim: int, heads: int, hidden: int, layers: int, dropout: float
    ) -> None:
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.position = nn.Embedding(context, dim)
        self.drop = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(dim, heads, hidden, dropout) for _ in range(layers))
        self.norm = nn.LayerNorm(dim)
        self.head = nn.Linear(dim, vocab, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, tokens: Tensor) -> Tensor:
        places = arange(tokens.shape[1], device=tokens.device)
        x = self.drop(self.embed(tokens) + self.position(places))
        for layer in self.layers:
            x = layer(x)
        return self.head(self.norm(x))
