"""Retention pair by pair, as a recurrence, and in chunks: one function."""

import cmath

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, gradients, prepared, real
from tests.plugins.attention.made import BATCH, NAN, rand
from tests.plugins.streams import assert_streams
from zoo_attention.retention import Retention

HEADS, TIME = 2, 11


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo_attention.recall.CHUNK", 3)


def turned(x: Tensor) -> Tensor:
    """Pairs of columns as complex numbers, times e^(i·p·θ), place by place."""
    pairs = x.shape[-1] // 2
    rows: list[Tensor] = []
    for p in range(x.shape[1]):
        row = x[:, p].clone()
        for i in range(pairs):
            turn = cmath.exp(1j * p * 10000 ** -(i / (pairs - 1) if pairs > 1 else 0))
            a, b = x[:, p, 2 * i], x[:, p, 2 * i + 1]
            row = row.index_put((torch.arange(len(row)), torch.tensor(2 * i)), a * turn.real - b * turn.imag)
            row = row.index_put(
                (torch.arange(len(row)), torch.tensor(2 * i + 1)), a * turn.imag + b * turn.real
            )
        rows.append(row)
    return torch.stack(rows, 1) if rows else x


def heads_of(layer: Retention, x: Tensor, mask: Tensor) -> list[tuple[Tensor, Tensor, Tensor, float]]:
    part = x.shape[2] // HEADS
    found: list[tuple[Tensor, Tensor, Tensor, float]] = []
    for h in range(HEADS):
        cut = slice(h * part, (h + 1) * part)
        q, k = turned(layer.query(x)[..., cut]), turned(layer.key(x)[..., cut]) / part**0.5
        found.append((q, k * mask.unsqueeze(-1), layer.value(x)[..., cut], 1 - 2.0 ** (-5 - h)))
    return found


def joined(layer: Retention, x: Tensor, heads: list[Tensor]) -> Tensor:
    even = [y / (y.square().mean(-1, keepdim=True) + 1e-6).sqrt() for y in heads]
    return layer.out(F.silu(layer.gate(x)) * torch.cat(even, -1))


def parallel(layer: Retention, x: Tensor, mask: Tensor) -> Tensor:
    heads: list[Tensor] = []
    time = x.shape[1]
    for q, k, v, decay in heads_of(layer, x, mask):
        fade = [decay ** (i - j) if j <= i else 0.0 for i in range(time) for j in range(time)]
        heads.append((q @ k.mT * torch.tensor(fade, dtype=torch.float64).view(time, time)) @ v)
    return joined(layer, x, heads)


def recurrent(layer: Retention, x: Tensor, mask: Tensor) -> Tensor:
    heads: list[Tensor] = []
    for q, k, v, decay in heads_of(layer, x, mask):
        state, outs = torch.zeros(len(x), q.shape[2], v.shape[2]).double(), [v[:, :0]]
        for i in range(x.shape[1]):
            state = decay * state + k[:, i, :, None] * v[:, i, None, :]
            outs.append(q[:, i, None, :] @ state)
        heads.append(torch.cat(outs, 1))
    return joined(layer, x, heads)


@pytest.mark.parametrize("form", [parallel, recurrent])
@pytest.mark.parametrize("dim", [8, 10, 2])
@pytest.mark.parametrize("time", [TIME, 3, 1, 0])
def test_retention_is_one_function_in_three_forms(form: object, dim: int, time: int) -> None:
    layer, mask = prepared(Retention(dim, HEADS)), real([time, 0, min(4, time)], time)
    oracle = parallel if form is parallel else recurrent
    assert_agrees(
        layer, lambda x: oracle(layer, x, mask), rand(BATCH, time, dim), ours=lambda x: layer(x, mask)
    )


def test_retention_streams() -> None:
    layer = prepared(Retention(8, HEADS))
    assert_streams(layer, {"x": rand(BATCH, 7, 8)})
    assert_streams(layer, {"x": rand(BATCH, 7, 8), "mask": torch.rand(BATCH, 7) < 0.7})


@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(padding: float) -> None:
    layer, mask, clean = prepared(Retention(8, HEADS)), real([TIME, 4, 0], TIME), rand(BATCH, TIME, 8)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, mask)[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()
