"""Recurrences that are computed for all steps at once, against the loops that define them."""

from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared, real
from tests.plugins.streams import assert_streams
from zoo_recurrent.min_gru import MinGRU
from zoo_recurrent.scan import back_by_pieces, back_by_steps, by_pieces, by_steps, linear_scan
from zoo_recurrent.selective_ssm import SelectiveSSM

BATCH, TIME, INPUT, HIDDEN = 5, 7, 3, 11
RIGHT, HOLES = real([7, 2, 5, 0, 1], TIME), torch.arange(BATCH * TIME).reshape(BATCH, TIME) % 3 != 1
masks = pytest.mark.parametrize("mask", [None, RIGHT, HOLES], ids=["none", "right", "holes"])


def looped(decay: Tensor, values: Tensor, start: Tensor) -> Tensor:
    states = [start]
    for t in range(values.shape[1]):
        states.append(decay[:, t] * states[-1] + values[:, t])
    return torch.stack(states[1:], 1)


@pytest.mark.parametrize("time", [1, 2, 3, 16, 17, 31, 50])
@pytest.mark.parametrize("extra", [(), (3,), (3, 2)], ids=str)
def test_pieces_and_steps_are_the_loop(time: int, extra: tuple[int, ...]) -> None:
    decay, values = torch.rand(2, time, *extra).double(), torch.randn(2, time, *extra).double()
    start = torch.randn(2, *extra).double()
    expected = looped(decay, values, start)
    torch.testing.assert_close(by_pieces(decay, values, start), expected)
    torch.testing.assert_close(by_steps(decay, values, start), expected)
    leaves = [x.requires_grad_() for x in (decay, values, start)]
    assert torch.autograd.gradcheck(linear_scan, leaves)
    given = decay.detach(), start.detach(), expected.detach(), torch.randn_like(expected)
    for one, other in zip(back_by_pieces(*given), back_by_steps(*given), strict=True):
        torch.testing.assert_close(one, other)


def test_a_scan_of_no_steps_has_no_states() -> None:
    assert linear_scan(torch.ones(2, 0, 3), torch.ones(2, 0, 3), torch.ones(2, 3)).shape == (2, 0, 3)


def positive(new: Tensor) -> Tensor:
    return torch.where(new >= 0, new + 0.5, torch.sigmoid(new))


@masks
@pytest.mark.parametrize("candidate", ["positive", "linear"])
def test_min_gru_is_its_loop(candidate: Literal["positive", "linear"], mask: Tensor | None) -> None:
    layer = prepared(MinGRU(INPUT, HIDDEN, candidate))
    W_z, W_h = layer.weight[:HIDDEN], layer.weight[HIDDEN:]
    b_z, b_h = layer.bias[:HIDDEN], layer.bias[HIDDEN:]

    def oracle(x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        outs: list[Tensor] = []
        for t in range(TIME):
            z, new = torch.sigmoid(x[:, t] @ W_z.T + b_z), x[:, t] @ W_h.T + b_h
            there = torch.ones(BATCH, 1).bool() if mask is None else mask[:, t, None]
            h = torch.where(there, (1 - z) * h + z * (positive(new) if candidate == "positive" else new), h)
            outs.append(torch.where(there, h, 0))
        return torch.stack(outs, 1), h

    x, h = torch.randn(BATCH, TIME, INPUT).double(), torch.randn(BATCH, HIDDEN).double()
    assert_agrees(layer, oracle, x, h, ours=lambda x, h: layer(x, mask, h))


def test_min_gru_is_the_papers_scan_of_logarithms() -> None:
    layer = prepared(MinGRU(INPUT, HIDDEN))

    def oracle(x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        k, new = (x @ layer.weight.T + layer.bias).chunk(2, -1)
        log_values = -torch.nn.functional.softplus(-k) + positive(new).log()
        log_decay = -torch.nn.functional.softplus(k)
        sums = torch.nn.functional.pad(log_decay.cumsum(1), (0, 0, 1, 0))
        both = torch.cat([h.log().unsqueeze(1), log_values], 1)
        out = (sums + torch.logcumsumexp(both - sums, 1))[:, 1:].exp()
        return out, out[:, -1]

    h = torch.rand(BATCH, HIDDEN).double() + 0.1
    assert_agrees(
        layer, oracle, torch.randn(BATCH, TIME, INPUT).double(), h, ours=lambda x, h: layer(x, None, h)
    )


@masks
@pytest.mark.parametrize("piece", [None, 3])
def test_selective_ssm_is_its_loop(mask: Tensor | None, piece: int | None) -> None:
    layer = prepared(SelectiveSSM(INPUT, 5, 2))
    layer.piece = piece
    V, W_B, W_C = layer.project[:2], layer.project[2:7], layer.project[7:]

    def oracle(x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        outs: list[Tensor] = []
        for t in range(TIME):
            x_t = x[:, t]
            duration = (1 + ((x_t @ V.T) @ layer.step_weight.T + layer.step_bias).exp()).log()
            kept = torch.exp(-torch.einsum("bd,ds->bds", duration, layer.rates.exp().reshape(INPUT, 5)))
            new = kept * h + torch.einsum("bd,bs,bd->bds", duration, x_t @ W_B.T, x_t)
            there = torch.ones(BATCH, 1).bool() if mask is None else mask[:, t, None]
            h = torch.where(there.unsqueeze(-1), new, h)
            out = torch.einsum("bs,bds->bd", x_t @ W_C.T, h) + layer.skip * x_t
            outs.append(torch.where(there, out, 0))
        return torch.stack(outs, 1), h

    x, h = torch.randn(BATCH, TIME, INPUT).double(), torch.randn(BATCH, INPUT, 5).double()
    assert_agrees(layer, oracle, x, h, ours=lambda x, h: layer(x, mask, h))


def test_a_selective_ssm_starts_with_short_steps_and_a_ladder_of_rates() -> None:
    layer = SelectiveSSM(400, 5)
    duration = torch.nn.functional.softplus(layer.step_bias.detach())
    assert 0.0009 < duration.min() < 0.002
    assert 0.08 < duration.max() < 0.11
    torch.testing.assert_close(layer.rates.detach().exp()[35:40], torch.arange(1.0, 6))
    assert layer.rank == 25


def test_selective_ssm_streams() -> None:
    layer = prepared(SelectiveSSM(INPUT, 5))
    layer.piece = 3
    x = torch.randn(BATCH, TIME, INPUT).double()
    assert_streams(layer, {"x": x})
    assert_streams(layer, {"x": x, "mask": HOLES}, {"h": torch.randn(BATCH, INPUT, 5).double()})


LAYERS = {"min_gru": MinGRU(INPUT, HIDDEN), "selective_ssm": SelectiveSSM(INPUT, 5)}
each = pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS)


@each
@pytest.mark.parametrize("mask", [RIGHT, HOLES], ids=["right", "holes"])
def test_what_stands_in_padding_never_shows(layer: nn.Module, mask: Tensor) -> None:
    prepared(layer)
    x = torch.randn(BATCH, TIME, INPUT).double()
    spoilt = x.masked_fill(~mask.unsqueeze(-1), torch.nan).requires_grad_()
    found = layer(spoilt, mask)
    for one, other in zip(found, layer(x, mask), strict=True):
        assert torch.equal(one, other)
    for gradient in torch.autograd.grad(found.out.sum(), [spoilt, *layer.parameters()]):
        assert gradient.isfinite().all()


def test_min_gru_streams() -> None:
    layer = prepared(MinGRU(INPUT, HIDDEN))
    x = torch.randn(BATCH, TIME, INPUT).double()
    assert_streams(layer, {"x": x})
    assert_streams(layer, {"x": x, "mask": HOLES}, {"h": torch.randn(BATCH, HIDDEN).double()})


def test_long_sequences_are_as_exact_as_short_ones() -> None:
    decay, values = torch.rand(1, 5000, 1), torch.randn(1, 5000, 1)
    start = torch.zeros(1, 1)
    exact = by_steps(decay.double(), values.double(), start.double())
    torch.testing.assert_close(by_pieces(decay, values, start).double(), exact, rtol=0, atol=2e-6)


@each
def test_no_steps_keep_the_state(layer: nn.Module) -> None:
    prepared(layer)
    h = torch.randn_like(layer(torch.randn(2, 1, INPUT).double()).h)
    found = layer(torch.randn(2, 0, INPUT).double(), None, h)
    assert found.out.shape[:2] == (2, 0)
    assert torch.equal(found.h, h)
