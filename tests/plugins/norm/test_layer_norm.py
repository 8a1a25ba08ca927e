"""Layer norm against its formula and ``torch.nn``."""

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared
from zoo_norm.layer_norm import LayerNorm

DIM = 5
SHAPES = [(DIM,), (1, DIM), (3, 7, DIM), (2, 0, DIM), (2, 3, 5, DIM)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("bias", [True, False])
def test_layer_norm_is_its_formula(shape: tuple[int, ...], bias: bool) -> None:
    norm = prepared(LayerNorm(DIM, eps=1e-3, bias=bias))

    def formula(x: Tensor) -> Tensor:
        centred = x - x.mean(-1, keepdim=True)
        scaled = centred / (centred.square().sum(-1, keepdim=True) / DIM + 1e-3).sqrt()
        return scaled * norm.weight + (0 if norm.bias is None else norm.bias)

    assert_agrees(norm, formula, torch.randn(shape).double())


def test_layer_norm_is_torchs() -> None:
    norm = prepared(LayerNorm(DIM))
    assert_agrees(
        norm,
        borrowing(nn.LayerNorm(DIM), lambda: dict(norm.named_parameters())),
        torch.randn(3, DIM).double(),
    )


def test_a_constant_vector_is_normed_to_zeros() -> None:
    assert LayerNorm(DIM)(torch.full((2, DIM), 3.0)).eq(0).all()
