"""Gated DeltaNet in chunks against its recurrence, step by step."""

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, gradients, prepared, real
from tests.plugins.attention.made import BATCH, NAN, rand
from tests.plugins.streams import assert_streams
from zoo_attention.gated_delta_net import GatedDeltaNet

HEADS, TIME = 2, 11


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoo_attention.delta.CHUNK", 3)


def recurrent(layer: GatedDeltaNet, x: Tensor, mask: Tensor) -> Tensor:
    part = x.shape[2] // HEADS
    heads: list[Tensor] = []
    for h in range(HEADS):
        cut = slice(h * part, (h + 1) * part)
        q, k, v = (F.silu(w(x)[..., cut]) for w in (layer.query, layer.key, layer.value))
        q, k = (y / y.square().sum(-1, keepdim=True).sqrt() for y in (q, k))
        beta = torch.sigmoid(layer.rate(x)[..., h])
        alpha = torch.exp(-layer.speed[h].exp() * F.softplus(layer.decay(x)[..., h] + layer.shift[h]))
        state, outs = torch.zeros(len(x), part, part).double(), [v[:, :0]]
        for t in range(x.shape[1]):
            kt, vt = k[:, t, :, None], v[:, t, None, :]
            erased = torch.eye(part).double() - beta[:, t, None, None] * kt @ kt.mT
            after = alpha[:, t, None, None] * erased @ state + beta[:, t, None, None] * kt @ vt
            state = torch.where(mask[:, t, None, None], after, state)
            outs.append(q[:, t, None, :] @ state)
        y = torch.cat(outs, 1)
        heads.append(y / (y.square().mean(-1, keepdim=True) + 1e-6).sqrt())
    return layer.out(F.silu(layer.gate(x)) * torch.cat(heads, -1))


@pytest.mark.parametrize("time", [TIME, 3, 1, 0])
@pytest.mark.parametrize("dim", [8, 10])
def test_chunks_are_the_recurrence(dim: int, time: int) -> None:
    layer, mask = prepared(GatedDeltaNet(dim, HEADS)), real([time, 0, min(4, time)], time)
    mask[0, 2:5] = False
    assert_agrees(
        layer, lambda x: recurrent(layer, x, mask), rand(BATCH, time, dim), ours=lambda x: layer(x, mask)
    )


def test_it_streams() -> None:
    layer = prepared(GatedDeltaNet(8, HEADS))
    assert_streams(layer, {"x": rand(BATCH, 7, 8)})
    assert_streams(layer, {"x": rand(BATCH, 7, 8), "mask": torch.rand(BATCH, 7) < 0.7})


def test_a_key_that_comes_again_gets_its_new_value() -> None:
    from zoo_attention.delta import correct

    key = F.normalize(rand(1, 1, 1, 4), dim=-1).expand(1, 1, 5, 4)
    value, none, full = rand(1, 1, 5, 3), torch.zeros(1, 1, 5).double(), torch.ones(1, 1, 5).double()
    torch.testing.assert_close(correct(key, key, value, none, full).out, value)


@pytest.mark.parametrize("padding", [NAN, torch.inf, 1e300], ids=str)
def test_what_stands_in_padding_never_shows(padding: float) -> None:
    layer, mask, clean = prepared(GatedDeltaNet(8, HEADS)), real([TIME, 4, 0], TIME), rand(BATCH, TIME, 8)
    results: list[list[Tensor]] = []
    for content in (0.0, padding):
        x = torch.where(mask[..., None], clean, content).requires_grad_()
        out = layer(x, mask)[mask]
        results.append([out, *gradients([out], [x, *layer.parameters()], [torch.ones_like(out).cumsum(-1)])])
    for one, other in zip(*results, strict=True):
        torch.testing.assert_close(one, other)
        assert other.isfinite().all()
