"""The cells against ``torch.nn``'s and against their formulas."""

from collections.abc import Callable
from typing import Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared, tensors
from zoo_recurrent.gru import GRUCell
from zoo_recurrent.lstm import LSTMCell
from zoo_recurrent.rnn import RNNCell

INPUT, HIDDEN = 5, 7
CELLS = [RNNCell(2, 3), LSTMCell(2, 3), GRUCell(2, 3), GRUCell(2, 3, reset_after=False)]
Activation = Literal["tanh", "relu", "sigmoid", "identity"]

ACTIVATIONS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "sigmoid": torch.sigmoid,
    "identity": lambda x: x,
}


def x_and(states: int, batch: int = 3) -> list[Tensor]:
    return [torch.randn(batch, size).double() for size in (INPUT, *[HIDDEN] * states)]


def own(cell: LSTMCell | RNNCell) -> dict[str, Tensor]:
    """The cell's parameters by PyTorch's names, its one bias in two unequal parts."""
    return {
        "weight_ih": cell.weight_ih,
        "weight_hh": cell.weight_hh,
        "bias_ih": 0.3 * cell.bias,
        "bias_hh": 0.7 * cell.bias,
    }


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_rnn_is_its_formula(activation: Activation, batch: int) -> None:
    cell = prepared(RNNCell(INPUT, HIDDEN, activation))

    def formula(x: Tensor, h: Tensor) -> Tensor:
        total = torch.einsum("bi,hi->bh", x, cell.weight_ih) + torch.einsum("bj,hj->bh", h, cell.weight_hh)
        return ACTIVATIONS[activation](total + cell.bias)

    assert_agrees(cell, formula, *x_and(1, batch))


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_rnn_is_torchs(activation: Activation) -> None:
    cell = prepared(RNNCell(INPUT, HIDDEN, activation))
    oracle = borrowing(nn.RNNCell(INPUT, HIDDEN, nonlinearity=activation), lambda: own(cell))
    assert_agrees(cell, oracle, *x_and(1))


def test_gradients_of_a_linear_rnn_are_powers_of_its_matrix() -> None:
    cell = prepared(RNNCell(INPUT, HIDDEN, "identity"))
    xs = torch.randn(4, 1, INPUT).double()

    def last(h: Tensor) -> Tensor:
        for x in xs:
            h = cell(x, h)
        return h.squeeze(0)

    jacobian: Tensor = torch.func.jacrev(last)(torch.randn(1, HIDDEN).double())
    U = cell.weight_hh.detach()
    torch.testing.assert_close(jacobian.squeeze(1), U @ U @ U @ U)


@pytest.mark.parametrize("batch", [1, 3])
def test_lstm_is_torchs(batch: int) -> None:
    cell = prepared(LSTMCell(INPUT, HIDDEN))
    oracle = borrowing(nn.LSTMCell(INPUT, HIDDEN), lambda: own(cell))
    assert_agrees(cell, lambda x, h, c: oracle(x, (h, c)), *x_and(2, batch))


def test_lstm_is_its_formula() -> None:
    cell = prepared(LSTMCell(INPUT, HIDDEN))

    def formula(x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        gates = torch.cat([x, h], 1) @ torch.cat([cell.weight_ih, cell.weight_hh], 1).t() + cell.bias
        i, f, g, o = gates.reshape(-1, 4, HIDDEN).unbind(1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c

    assert_agrees(cell, formula, *x_and(2))


def test_an_lstm_with_its_gates_open_and_shut_keeps_its_cell() -> None:
    cell = prepared(LSTMCell(INPUT, HIDDEN))
    with torch.no_grad():
        cell.bias[:HIDDEN] = -1000.0  # nothing is written
        cell.bias[HIDDEN : 2 * HIDDEN] = 1000.0  # nothing is forgotten
    _, h, c = x_and(2)
    start = c
    for _ in range(50):
        h, c = cell(torch.randn(3, INPUT).double(), h, c)
    assert torch.equal(c, start)


def test_the_gates_start_at_their_biases_and_the_others_at_zero() -> None:
    for cell, forget, let_in in (
        (LSTMCell(INPUT, HIDDEN), 1.0, 0.0),
        (LSTMCell(INPUT, HIDDEN, forget_bias=-2.5, input_bias=1.5), -2.5, 1.5),
    ):
        i, f, g, o = cell.bias.detach().chunk(4)
        assert f.eq(forget).all()
        assert i.eq(let_in).all()
        assert torch.cat([g, o]).eq(0).all()


@pytest.mark.parametrize("batch", [1, 3])
def test_gru_is_torchs(batch: int) -> None:
    cell = prepared(GRUCell(INPUT, HIDDEN))

    def parameters() -> dict[str, Tensor]:
        assert cell.bias_hh is not None
        matrices = {"weight_ih": cell.weight_ih, "weight_hh": cell.weight_hh}
        return {**matrices, "bias_ih": cell.bias, "bias_hh": cell.bias_hh}

    assert_agrees(cell, borrowing(nn.GRUCell(INPUT, HIDDEN), parameters), *x_and(1, batch))


@pytest.mark.parametrize("batch", [1, 3])
def test_gru_of_the_paper_resets_before_the_matrix(batch: int) -> None:
    cell = prepared(GRUCell(INPUT, HIDDEN, reset_after=False))

    def formula(x: Tensor, h: Tensor) -> Tensor:
        W_r, W_z, W_n = cell.weight_ih.chunk(3)
        U_r, U_z, U_n = cell.weight_hh.chunk(3)
        b_r, b_z, b_n = cell.bias.chunk(3)
        r = torch.sigmoid(x @ W_r.t() + h @ U_r.t() + b_r)
        z = torch.sigmoid(x @ W_z.t() + h @ U_z.t() + b_z)
        n = torch.tanh(x @ W_n.t() + (r * h) @ U_n.t() + b_n)
        return (1 - z) * n + z * h

    assert_agrees(cell, formula, *x_and(1, batch))


def test_the_two_kinds_of_gru_are_different_functions() -> None:
    after, before = GRUCell(INPUT, HIDDEN), GRUCell(INPUT, HIDDEN, reset_after=False)
    before.load_state_dict({name: x for name, x in after.state_dict().items() if name != "bias_hh"})
    x, h = torch.randn(3, INPUT), torch.randn(3, HIDDEN)
    assert not torch.allclose(after(x, h), before(x, h), atol=1e-3)
    assert torch.allclose(after(x, 0 * h), before(x, 0 * h))


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
def test_gradients_are_those_of_finite_differences(cell: nn.Module) -> None:
    prepared(cell)
    states = 2 if isinstance(cell, LSTMCell) else 1
    inputs = [torch.randn(2, size).double().requires_grad_() for size in (2, *[3] * states)]
    assert torch.autograd.gradcheck(cell, inputs)


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: type(cell).__name__)
@pytest.mark.parametrize("state", [torch.float32, torch.bfloat16], ids=str)
def test_autocast_may_mix_what_comes_from_outside_with_the_state(cell: nn.Module, state: torch.dtype) -> None:
    states = [torch.randn(2, 3, dtype=state) for _ in range(1 + isinstance(cell, LSTMCell))]
    x = torch.randn(2, 2)
    exact = tensors(cell.float()(x, *(h.float() for h in states)))
    with torch.autocast("cpu", torch.bfloat16):
        found = tensors(cell(x, *states))
    for one, other in zip(found, exact, strict=True):
        torch.testing.assert_close(one.float(), other, rtol=0.05, atol=0.05)


@pytest.mark.parametrize("cell", [RNNCell, LSTMCell, GRUCell])
def test_weights_start_within_one_over_the_root_of_hidden(cell: type[RNNCell]) -> None:
    drawn = cell(200, 100)
    for weight in (drawn.weight_ih, drawn.weight_hh):
        assert 0.099 < weight.detach().abs().max().item() <= 0.1
        assert abs(weight.detach().mean().item()) < 0.002


def test_a_cell_made_without_memory_is_whole_once_it_is_reset() -> None:
    with torch.device("meta"):
        cell = LSTMCell(INPUT, HIDDEN)
    cell = cell.to_empty(device="cpu")
    for x in (*cell.parameters(), *cell.buffers()):
        x.detach().fill_(torch.nan)
    cell.reset_parameters()
    assert all(x.isfinite().all() for x in cell(torch.randn(3, INPUT), *torch.randn(2, 3, HIDDEN)))
    assert F.relu(cell.bias).sum() == HIDDEN
