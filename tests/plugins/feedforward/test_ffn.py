"""The feed-forward network against its formula."""

import math
from collections.abc import Callable
from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared
from zoo_feedforward.ffn import FFN

DIM, HIDDEN = 5, 11
SHAPES = [(DIM,), (1, DIM), (3, 7, DIM), (2, 0, DIM), (2, 3, 5, DIM)]

Activation = Literal["relu", "gelu", "gelu_tanh", "silu", "tanh"]

FORMULAS: dict[Activation, Callable[[Tensor], Tensor]] = {
    "relu": lambda x: x.clamp(min=0),
    "gelu": lambda x: x * (1 + torch.erf(x / math.sqrt(2))) / 2,
    "gelu_tanh": lambda x: x * (1 + torch.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))) / 2,
    "silu": lambda x: x / (1 + torch.exp(-x)),
    "tanh": torch.tanh,
}


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("activation", FORMULAS)
def test_ffn_is_its_formula(activation: Activation, shape: tuple[int, ...]) -> None:
    ffn = prepared(FFN(DIM, HIDDEN, activation))

    def formula(x: Tensor) -> Tensor:
        bent = FORMULAS[activation](torch.einsum("...d,hd->...h", x, ffn.inner.weight) + ffn.inner.bias)
        return torch.einsum("...h,dh->...d", bent, ffn.outer.weight) + ffn.outer.bias

    assert_agrees(ffn, formula, torch.randn(shape).double())


def test_ffn_without_bias_has_two_parameters_and_maps_zero_to_zero() -> None:
    ffn = FFN(DIM, HIDDEN, bias=False)
    assert [name for name, _ in ffn.named_parameters()] == ["inner.weight", "outer.weight"]
    assert ffn(torch.zeros(2, DIM)).eq(0).all()


def test_dropout_acts_on_the_hidden_units_in_training_alone() -> None:
    ffn = FFN(DIM, DIM, "relu", dropout=0.75)
    with torch.no_grad():  # one hidden unit an output: what arrives is the activation, dropped or times 4
        for linear in (ffn.inner, ffn.outer):
            nn.init.eye_(linear.weight)
            nn.init.zeros_(linear.bias)
    x = torch.rand(1000, DIM) + 1
    out = ffn(x)
    assert (out.eq(0) | torch.isclose(out, 4 * x)).all()
    assert 0.72 < float(out.eq(0).float().mean()) < 0.78
    assert torch.equal(ffn.eval()(x), x)
