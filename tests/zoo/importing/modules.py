"""Plain modules to import, and comparing what comes of them with what they were."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from zoo.importing import Imported, import_module


class Tagger(nn.Module):
    """Two bidirectional layers of LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(19, 8)
        self.walk = nn.LSTM(8, 6, num_layers=2, bidirectional=True, batch_first=True, dropout=0.1)
        self.drop = nn.Dropout(0.2)
        self.head = nn.Linear(12, 19)

    def forward(self, tokens: Tensor) -> Tensor:
        out, _ = self.walk(self.embed(tokens))
        return self.head(self.drop(out))


class TimeFirst(nn.Module):
    """An RNN and a GRU with time in front, the last states joined."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.RNN(8, 6, nonlinearity="relu")
        self.gru = nn.GRU(6, 6)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        out, h = self.rnn(x.transpose(0, 1))
        out, last = self.gru(out, h)
        return out.transpose(0, 1), torch.cat([h[-1], last[0]], -1)


class Attention(nn.Module):
    """Causal attention in heads, by the function or written out."""

    def __init__(self, fused: bool) -> None:
        super().__init__()
        self.all = nn.Linear(8, 24)
        self.out = nn.Linear(8, 8)
        self.fused, self.heads, self.drop = fused, 2, nn.Dropout(0.1)
        self.past: Tensor
        self.register_buffer("past", torch.ones(1, 1, 64, 64).tril())

    def forward(self, x: Tensor) -> Tensor:
        B, T, C = x.size()
        q, k, v = (
            part.view(B, T, self.heads, C // self.heads).transpose(1, 2) for part in self.all(x).split(C, 2)
        )
        if self.fused:
            p = 0.1 if self.training else 0.0
            y = F.scaled_dot_product_attention(q, k, v, dropout_p=p, is_causal=True)
        else:
            scores = (q @ k.transpose(-2, -1)) * (1.0 / math.sqrt(k.size(-1)))
            scores = scores.masked_fill(self.past[:, :, :T, :T] == 0, float("-inf"))
            y = self.drop(F.softmax(scores, dim=-1)) @ v
        return self.out(y.transpose(1, 2).contiguous().view(B, T, C))


class Block(nn.Module):
    """A layer of a GPT."""

    def __init__(self, fused: bool) -> None:
        super().__init__()
        self.attend_norm, self.ffn_norm = nn.LayerNorm(8, bias=False), nn.RMSNorm(8, eps=1e-5)
        self.attend = Attention(fused)
        self.ffn = nn.Sequential(nn.Linear(8, 32), nn.GELU("tanh"), nn.Linear(32, 8), nn.Dropout(0.1))

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attend(self.attend_norm(x))
        y = self.ffn(self.ffn_norm(x))
        y += x
        return y


class GPT(nn.Module):
    """A GPT by hand, with a tied head."""

    def __init__(self, fused: bool = True) -> None:
        super().__init__()
        self.words, self.places = nn.Embedding(19, 8), nn.Embedding(64, 8)
        self.blocks = nn.ModuleList(Block(fused) for _ in range(3))
        self.norm, self.head = nn.LayerNorm(8), nn.Linear(8, 19, bias=False)
        self.head.weight = self.words.weight

    def forward(self, idx: Tensor) -> Tensor:
        x = self.words(idx) + self.places(torch.arange(idx.shape[1], device=idx.device))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Classifier(nn.Module):
    """An encoder of PyTorch's, with waves for positions, that classifies."""

    def __init__(self, first: bool) -> None:
        super().__init__()
        self.embed = nn.Embedding(19, 8)
        at, even = torch.arange(64.0).unsqueeze(1), torch.arange(0, 8, 2)
        self.waves: Tensor
        angles = at * torch.exp(even * (-math.log(10000.0) / 8))
        self.register_buffer("waves", torch.stack((angles.sin(), angles.cos()), -1).flatten(1).unsqueeze(0))
        layer = nn.TransformerEncoderLayer(
            8, 2, 16, 0.1, "gelu", batch_first=True, norm_first=first, bias=first
        )
        norm = nn.LayerNorm(8) if first else None
        self.encoder = nn.TransformerEncoder(layer, 3, norm, enable_nested_tensor=False)
        self.head = nn.Linear(8, 4)

    def forward(self, tokens: Tensor, padding_mask: Tensor) -> Tensor:
        x = self.embed(tokens) * math.sqrt(8) + self.waves[:, : tokens.size(1)]
        return self.head(self.encoder(x, src_key_padding_mask=padding_mask).mean(1))


class Translator(nn.Module):
    """All of ``nn.Transformer``."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(19, 8)
        self.both = nn.Transformer(8, 2, 2, 2, 16, layer_norm_eps=1e-6, batch_first=True)
        self.head = nn.Linear(8, 19)

    def forward(self, source: Tensor, target: Tensor) -> Tensor:
        past = nn.Transformer.generate_square_subsequent_mask(target.size(1), dtype=torch.float64)
        padding = source == 0
        out = self.both(
            self.embed(source),
            self.embed(target),
            tgt_mask=past,
            src_key_padding_mask=padding,
            memory_key_padding_mask=padding,
        )
        return self.head(out)


class Parts(nn.Module):
    """What small parts there are, side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv1d(8, 8, 3, padding="same", groups=2)
        self.causal = nn.Conv1d(8, 8, 2, dilation=2)
        self.norm = nn.BatchNorm1d(8)
        self.first, self.second = nn.Linear(8, 8), nn.Linear(8, 8)
        self.attend = nn.MultiheadAttention(8, 2, dropout=0.1, batch_first=True, kdim=16, vdim=8)
        self.silu, self.gate = nn.SiLU(), nn.Sigmoid()

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        turned = x.transpose(1, 2)
        turned = self.norm(F.relu(self.conv(turned))) + self.causal(F.pad(turned, (2, 0)))
        y = turned.transpose(1, 2)
        a, b = (self.silu(self.first(y)) * self.gate(self.second(y))).chunk(2, -1)
        z = torch.cat([b.tanh(), -a], dim=-1) - y / 3
        wide = torch.cat([z, y], -1)
        attended, _ = self.attend(z, wide, y)
        again = self.first(attended)
        return again.softmax(-1), attended[:, -1], z[..., 2:5], y[:, 1:].flip(1).cumsum(1), z[:, 0].detach()


def imported(module: nn.Module, **more: Any) -> Imported:
    """A module in float64, imported."""
    return import_module(module.double(), **more)


def gradients(module: nn.Module) -> Iterator[tuple[Tensor, Tensor]]:
    """Every parameter with its gradient, also in three parts, and each two biases that are added."""
    named = dict(module.named_parameters())
    for name, each in named.items():
        assert each.grad is not None, name
        yield each, each.grad
        if each.shape[0] % 3 == 0:
            yield from zip(each.chunk(3), each.grad.chunk(3), strict=True)
        if "bias_ih" in name:
            yield each + named[name.replace("bias_ih", "bias_hh")], each.grad
        if each.dim() > 2:
            yield each.reshape(-1, each.shape[-1]), each.grad.reshape(-1, each.shape[-1])


def compare(module: nn.Module, done: Imported, given: dict[str, Tensor], theirs: dict[str, Tensor]) -> None:
    """Outputs and every gradient of a module and of its graph's model, on inputs of new sizes."""
    model = done.graph.compile(dtype=torch.float64)
    model.load_state_dict(done.state_dict)
    found, wanted = model.eval()(given), module.eval()(**theirs)
    mine = [found] if isinstance(found, Tensor) else list(found)
    other = [wanted] if isinstance(wanted, Tensor) else list(wanted)
    assert len(mine) == len(other)
    for a, b in zip(mine, other, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-6, atol=1e-6)
    for results in (mine, other):
        total: Any = sum(each.sin().sum() for each in results)
        total.backward()
    there = list(gradients(module))
    for name, parameter in model.named_parameters():
        same = [
            grad for value, grad in there if value.shape == parameter.shape and torch.equal(value, parameter)
        ]
        assert same, name
        assert parameter.grad is not None
        assert any(torch.allclose(grad, parameter.grad, rtol=1e-6, atol=1e-7) for grad in same), name
