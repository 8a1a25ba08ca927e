"""A small GPT and its training loop by hand, in the manner of nanoGPT: what a person writes who uses no
library but PyTorch.

As there: one matrix for queries, keys and values, no biases, tied output, initial weights of 0.02; batches of
windows anywhere in the text, AdamW, a warm-up and half a cosine down to a tenth, gradients clipped to 1, and
a look at the loss at every step.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn


class Layer(nn.Module):
    """Attention, then a feed-forward network, each on a normalised copy."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = (nn.LayerNorm(dim, bias=False) for _ in range(2))
        self.qkv = nn.Linear(dim, 3 * dim, bias=False)
        self.out = nn.Linear(dim, dim, bias=False)
        self.inner = nn.Linear(dim, 4 * dim, bias=False)
        self.outer = nn.Linear(4 * dim, dim, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        batch, time, dim = x.shape
        rows = self.qkv(self.norm1(x)).split(dim, 2)
        q, k, v = (row.view(batch, time, self.heads, -1).transpose(1, 2) for row in rows)
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(seen.transpose(1, 2).contiguous().view(batch, time, dim))
        return x + self.outer(F.gelu(self.inner(self.norm2(x))))


class Model(nn.Module):
    """Embeddings, layers, and the table of embeddings again."""

    def __init__(self, vocab: int, context: int, dim: int, heads: int, layers: int) -> None:
        super().__init__()
        self.embed, self.position = nn.Embedding(vocab, dim), nn.Embedding(context, dim)
        self.layers = nn.ModuleList(Layer(dim, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(dim, bias=False)
        for name, weight in self.named_parameters():
            if weight.ndim > 1:
                last = name.endswith(("out.weight", "outer.weight"))  # of each way around the residual
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers) if last else 0.02)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.embed(tokens) + self.position(torch.arange(tokens.shape[1]))
        for layer in self.layers:
            x = layer(x)
        return F.linear(self.norm(x), self.embed.weight)


def training(
    model: Model, text: Tensor, context: int, batch: int, steps: int, rate: float
) -> Iterator[float]:
    """Train step by step; gives the loss of each."""
    matrices = [weight for weight in model.parameters() if weight.ndim > 1]
    vectors = [weight for weight in model.parameters() if weight.ndim == 1]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.99))
    generator = torch.Generator().manual_seed(0)
    for step in range(steps):
        progress = (step - 100) / (steps - 100)
        fall = 0.1 + 0.9 * 0.5 * (1 + math.cos(math.pi * progress))
        for group in optimiser.param_groups:
            group["lr"] = rate * (step / 100 if step < 100 else fall)
        drawn = torch.randint(len(text) - context - 1, (batch,), generator=generator)
        places = [int(place) for place in drawn]
        tokens = torch.stack([text[place : place + context] for place in places])
        target = torch.stack([text[place + 1 : place + 1 + context] for place in places])
        loss = F.cross_entropy(model(tokens).flatten(0, 1), target.flatten())
        loss.backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        optimiser.zero_grad(set_to_none=True)
        yield loss.item()
