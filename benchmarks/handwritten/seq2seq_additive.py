"""``seq2seq_additive.yaml`` by hand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

NAMES = [
    (r"encoder\.(.*)", r"encoder.cell.\1"),
    (r"decoder\.(.*)", r"decoder.cell.\1"),
    (r"keys\.weight", r"keys.weight"),
    (r"asked\.weight", r"decoder.attend.weight"),
    (r"energy", r"decoder.attend.energy"),
    (r"mix\.(.*)", r"decoder.mix.\1"),
    (r"(embed|head)\.weight", r"source_embed.weight"),
]


class Cell(nn.Module):
    """One step of an LSTM."""

    no_bias: Tensor

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.weight_ih = nn.Parameter(torch.empty(4 * hidden, width))
        self.weight_hh = nn.Parameter(torch.empty(4 * hidden, hidden))
        self.bias = nn.Parameter(torch.empty(4 * hidden))
        self.register_buffer("no_bias", torch.zeros(4 * hidden), persistent=False)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        return torch.lstm_cell(x, (h, c), self.weight_ih, self.weight_hh, self.bias, self.no_bias)


class Peer(nn.Module):
    """The model."""

    def __init__(self, vocab: int, dim: int, attention: int) -> None:
        super().__init__()
        self.dim = dim
        self.embed = nn.Embedding(vocab, dim)
        self.encoder = Cell(dim, dim)
        self.keys = nn.Linear(dim, attention, bias=False)
        self.decoder = Cell(2 * dim, dim)
        self.asked = nn.Linear(dim, attention, bias=False)
        self.energy = nn.Parameter(torch.empty(attention))
        self.mix = nn.Linear(2 * dim, dim)
        self.head = nn.Linear(dim, vocab, bias=False)
        self.head.weight = self.embed.weight

    def forward(self, source: Tensor, source_mask: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
        memory, h, c = self.encode(self.embed(source), source_mask)
        keys = self.keys(memory)
        hidden = ~source_mask
        context = memory.new_zeros(len(memory), self.dim)
        hs: list[Tensor] = []
        contexts: list[Tensor] = []
        alignment: list[Tensor] = []
        for y in self.embed(target).unbind(1):
            h, c = self.decoder(torch.cat([y, context], -1), h, c)
            scores = torch.tanh(keys + self.asked(h).unsqueeze(1)) @ self.energy
            weights = torch.softmax(scores.masked_fill(hidden, float("-inf")), -1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            hs.append(h)
            contexts.append(context)
            alignment.append(weights)
        mixed = torch.tanh(self.mix(torch.cat([torch.stack(hs, 1), torch.stack(contexts, 1)], -1)))
        return self.head(mixed), torch.stack(alignment, 1)

    def encode(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = c = x.new_zeros(len(x), self.dim)
        hs: list[Tensor] = []
        for x_t, real in zip(x.unbind(1), mask.unsqueeze(-1).unbind(1), strict=True):
            h_t, c_t = self.encoder(x_t, h, c)
            hs.append(h_t)
            h, c = torch.where(real, h_t, h), torch.where(real, c_t, c)
        return torch.stack(hs, 1).masked_fill(~mask.unsqueeze(-1), 0.0), h, c
