"""Activations, softmax and dropout against their formulas."""

import math
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees
from zoo_basic.activations import GELU, Identity, ReLU, Sigmoid, SiLU, Tanh
from zoo_basic.dropout import Dropout
from zoo_basic.softmax import Softmax

NAN = torch.nan

HOLES = torch.tensor([[True, False, True, False, False], [False, False, False, True, True], [False] * 5])

ACTIVATIONS: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    "tanh": (Tanh(), lambda x: (x.exp() - (-x).exp()) / (x.exp() + (-x).exp())),
    "relu": (ReLU(), lambda x: torch.where(x > 0, x, 0.0)),
    "sigmoid": (Sigmoid(), lambda x: 1 / (1 + torch.exp(-x))),
    "gelu": (GELU(), lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2),
    "gelu_tanh": (
        GELU("tanh"),
        lambda x: x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    ),
    "silu": (SiLU(), lambda x: x / (1 + torch.exp(-x))),
    "identity": (Identity(), lambda x: x * 1),
}


def test_dropout_drops_a_share_and_scales_the_rest() -> None:
    x = torch.rand(100, 100) + 1
    out = Dropout(0.2)(x)
    assert (out.eq(0) | torch.isclose(out, x / 0.8)).all()
    assert 0.18 < out.eq(0).float().mean().item() < 0.22


def test_dropout_does_nothing_outside_training_and_with_chance_zero() -> None:
    x = torch.randn(10, 10)
    assert torch.equal(Dropout(0.9).eval()(x), x)
    assert torch.equal(Dropout(0.0)(x), x)


@pytest.mark.parametrize("shape", [(5,), (3, 5), (2, 3, 5)], ids=str)
def test_softmax_is_its_formula(shape: tuple[int, ...]) -> None:
    assert_agrees(Softmax(), lambda x: x.exp() / x.exp().sum(-1, keepdim=True), torch.randn(shape).double())


@pytest.mark.parametrize("padding", [0.0, NAN, torch.inf, 1e300], ids=str)
def test_softmax_shares_among_what_the_mask_leaves(padding: float) -> None:
    x = torch.randn(3, 5).double()
    x[~HOLES] = padding

    def formula(x: Tensor, mask: Tensor) -> Tensor:
        exp = torch.zeros_like(x).masked_scatter(mask, x[mask].exp())
        total = exp.sum(-1, keepdim=True)
        return exp / torch.where(total == 0, 1, total)

    assert_agrees(Softmax(), formula, x, HOLES)
    assert Softmax()(x, HOLES)[2].eq(0).all()


def test_softmax_of_large_scores_stays_finite() -> None:
    x = torch.tensor([[1e4, -1e4, 1e4]])
    assert torch.equal(Softmax()(x), torch.tensor([[0.5, 0.0, 0.5]]))
    assert torch.equal(Softmax()(x, torch.tensor([[False, True, False]])), torch.tensor([[0.0, 1.0, 0.0]]))


@pytest.mark.parametrize(("layer", "formula"), ACTIVATIONS.values(), ids=ACTIVATIONS)
@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 5)], ids=str)
def test_activations_are_their_formulas(
    layer: nn.Module, formula: Callable[[Tensor], Tensor], shape: tuple[int, ...]
) -> None:
    assert_agrees(layer, formula, 3 * torch.randn(shape).double())


def test_the_gradient_of_relu_at_zero_is_zero() -> None:
    x = torch.zeros(1, requires_grad=True)
    (gradient,) = torch.autograd.grad(ReLU()(x), x)
    assert gradient.eq(0).all()
