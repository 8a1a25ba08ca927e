"""The cells of xLSTM against their formulas without any scaling, and mLSTM's pieces against its cell."""

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared, real
from tests.plugins.streams import assert_streams
from zoo_recurrent.heads import heads_divide
from zoo_recurrent.mlstm import MLSTMCell
from zoo_recurrent.mlstm_sequence import MLSTM
from zoo_recurrent.slstm import SLSTMCell

BATCH, TIME, INPUT, HIDDEN = 5, 7, 3, 10
RIGHT, HOLES = real([7, 2, 5, 0, 1], TIME), torch.arange(BATCH * TIME).reshape(BATCH, TIME) % 3 != 1
heads = pytest.mark.parametrize("heads", [1, 2, 5])


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape).double()


@heads
def test_slstm_is_its_formula(heads: int) -> None:
    """Three steps from zero; the states of the formula are c·exp(m) and n·exp(m)."""
    cell = prepared(SLSTMCell(INPUT, HIDDEN, heads))
    part = HIDDEN // heads

    def mixed(h: Tensor, gate: int) -> Tensor:
        rows = cell.weight_hh[gate * HIDDEN : (gate + 1) * HIDDEN]
        columns = [h[:, k * part : (k + 1) * part] @ rows[k * part : (k + 1) * part].T for k in range(heads)]
        return torch.cat(columns, 1)

    def formula(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = c = n = torch.zeros(BATCH, HIDDEN).double()
        for x_t in x.unbind(1):
            i, f, z, o = (
                x_t @ cell.weight_ih[g * HIDDEN : (g + 1) * HIDDEN].T
                + mixed(h, g)
                + cell.bias[g * HIDDEN : (g + 1) * HIDDEN]
                for g in range(4)
            )
            c = torch.sigmoid(f) * c + torch.exp(i) * torch.tanh(z)
            n = torch.sigmoid(f) * n + torch.exp(i)
            h = torch.sigmoid(o) * c / n
        return h, c, n

    def ours(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        h = c = n = m = torch.zeros(BATCH, HIDDEN).double()
        for x_t in x.unbind(1):
            h, c, n, m = cell(x_t, h, c, n, m)
        return h, c * m.exp(), n * m.exp()

    assert_agrees(cell, formula, numbers(BATCH, 3, INPUT), ours=ours)


def formula_of(cell: MLSTMCell, x: Tensor, mask: Tensor | None = None) -> Tensor:
    """mLSTM written out, one head and one step after the other."""
    width = HIDDEN // cell.heads
    W_q, W_k, W_v, W_o = cell.weight.reshape(4, cell.heads, width, INPUT)
    outs: list[Tensor] = []
    for head in range(cell.heads):
        memory, n = torch.zeros(BATCH, width, width).double(), torch.zeros(BATCH, width).double()
        steps: list[Tensor] = []
        for t in range(x.shape[1]):
            x_t = x[:, t]
            q, k, v = x_t @ W_q[head].T, x_t @ W_k[head].T / width**0.5, x_t @ W_v[head].T
            i = torch.exp(x_t @ cell.gates[head] + cell.gates_bias[head])[:, None]
            f = torch.sigmoid(x_t @ cell.gates[cell.heads + head] + cell.gates_bias[cell.heads + head])[
                :, None
            ]
            there = torch.ones(BATCH, 1).bool() if mask is None else mask[:, t, None]
            memory = torch.where(
                there[..., None], f[..., None] * memory + torch.einsum("bi,bj->bij", i * v, k), memory
            )
            n = torch.where(there, f * n + i * k, n)
            o = torch.sigmoid(x_t @ W_o[head].T + cell.bias.reshape(cell.heads, width)[head])
            h = torch.einsum("bij,bj->bi", memory, q) / (n * q).sum(-1, keepdim=True).abs().clamp(min=1)
            steps.append(torch.where(there, o * h, 0))
        outs.append(torch.stack(steps, 1))
    return torch.cat(outs, -1)


@heads
def test_mlstm_cell_is_its_formula(heads: int) -> None:
    cell = prepared(MLSTMCell(INPUT, HIDDEN, heads))
    width = HIDDEN // heads

    def ours(x: Tensor) -> Tensor:
        c, n, m = (torch.zeros(BATCH, heads, *more).double() for more in ((width, width), (width,), ()))
        outs: list[Tensor] = []
        for x_t in x.unbind(1):
            h, c, n, m = cell(x_t, c, n, m)
            outs.append(h)
        return torch.stack(outs, 1)

    assert_agrees(cell, lambda x: formula_of(cell, x), numbers(BATCH, 3, INPUT), ours=ours)


@heads
@pytest.mark.parametrize("piece", [1, 3, 64])
@pytest.mark.parametrize("mask", [None, RIGHT, HOLES], ids=["none", "right", "holes"])
def test_mlstm_in_pieces_is_its_formula(heads: int, piece: int, mask: Tensor | None) -> None:
    layer = prepared(MLSTM(INPUT, HIDDEN, heads))
    layer.piece = piece
    x = numbers(BATCH, TIME, INPUT)
    assert_agrees(layer, lambda x: formula_of(layer.cell, x, mask), x, ours=lambda x: layer(x, mask).out)


@pytest.mark.parametrize("mask", [RIGHT, HOLES], ids=["right", "holes"])
def test_what_stands_in_padding_never_shows(mask: Tensor) -> None:
    layer = prepared(MLSTM(INPUT, HIDDEN, 2))
    x = numbers(BATCH, TIME, INPUT)
    spoilt = x.masked_fill(~mask.unsqueeze(-1), torch.nan).requires_grad_()
    out = layer(spoilt, mask).out
    assert torch.equal(out, layer(x, mask).out)
    for gradient in torch.autograd.grad(out.sum(), [spoilt, *layer.parameters()]):
        assert gradient.isfinite().all()


def test_mlstm_streams() -> None:
    layer = prepared(MLSTM(INPUT, HIDDEN, 2))
    layer.piece = 3
    assert_streams(layer, {"x": numbers(BATCH, TIME, INPUT)})
    assert_streams(layer, {"x": numbers(BATCH, TIME, INPUT), "mask": HOLES})
    _, *states = layer(numbers(BATCH, TIME, INPUT))
    assert_streams(layer, {"x": numbers(BATCH, TIME, INPUT)}, dict(zip("cnm", states, strict=True)))


def test_mlstm_goes_on_from_the_states_of_its_cell() -> None:
    layer, x = prepared(MLSTM(INPUT, HIDDEN, 2)), numbers(BATCH, TIME, INPUT)
    whole = layer(x)
    _, *states = layer(x[:, :4])
    for x_t in x[:, 4:].unbind(1):
        _, *states = layer.cell(x_t, *states)
    for name, state in zip("cnm", states, strict=True):
        torch.testing.assert_close(state, getattr(whole, name))
    rest = layer(x[:, 4:], None, *layer(x[:, :4])[1:])
    torch.testing.assert_close(rest.out, whole.out[:, 4:])


def test_mlstm_of_no_steps_is_empty() -> None:
    assert MLSTM(INPUT, HIDDEN)(torch.randn(2, 0, INPUT)).out.shape == (2, 0, HIDDEN)


@pytest.mark.parametrize("size", [1e-3, 300.0])
def test_exponential_gates_stay_finite(size: float) -> None:
    x = torch.randn(2, 500, INPUT) * size
    out = MLSTM(INPUT, HIDDEN, 2)(x.requires_grad_()).out
    assert out.isfinite().all()
    assert torch.autograd.grad(out.sum(), x)[0].isfinite().all()


@pytest.mark.parametrize("cell", [SLSTMCell, MLSTMCell])
def test_heads_divide_and_forget_gates_start_open(cell: type[SLSTMCell]) -> None:
    with pytest.raises(ValueError, match="3 does not divide 10; change one of them"):
        cell(INPUT, HIDDEN, 3)
    with pytest.raises(ValueError, match="3 does not divide 10; change one of them"):
        heads_divide({"heads": 3, "hidden": HIDDEN}, {})
    made = cell(INPUT, HIDDEN, 2, forget_bias=2.5)
    starts: nn.Parameter = getattr(made, "gates_bias", made.bias)
    assert starts.detach().eq(2.5).sum() == (HIDDEN if cell is SLSTMCell else 2)
