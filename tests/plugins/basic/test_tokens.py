"""Embedding, one-hot vectors and the linear layer against plain formulas."""

import math

import pytest
import torch
from torch import Tensor, nn

import zoo
from tests.plugins.agreement import assert_agrees, prepared
from zoo_basic.embedding import Embedding, OneHot
from zoo_basic.linear import Linear

VOCAB, DIM = 11, 5


def rows_picked(tokens: Tensor, weight: Tensor) -> Tensor:
    """Embedding by matrix product, in which no index is looked up."""
    return (tokens.unsqueeze(-1) == torch.arange(VOCAB)).double() @ weight


@pytest.mark.parametrize("shape", [(), (3,), (3, 7), (2, 0), (2, 3, 5)], ids=str)
@pytest.mark.parametrize(("scale", "factor"), [(False, 1.0), (True, math.sqrt(DIM))])
def test_embedding_picks_rows(shape: tuple[int, ...], scale: bool, factor: float) -> None:
    layer = prepared(Embedding(VOCAB, DIM, scale))
    tokens = torch.randint(VOCAB, shape)
    assert_agrees(layer, lambda tokens: rows_picked(tokens, layer.weight) * factor, tokens)


def test_an_embedding_starts_with_rows_of_length_one() -> None:
    weight = Embedding(1000, 64).weight.detach()
    assert 0.98 < weight.square().sum(1).mean().item() < 1.02
    assert weight.mean().abs() < 0.001


@pytest.mark.parametrize("shape", [(), (3,), (2, 0), (2, 3, 5)], ids=str)
def test_one_hot_is_a_row_of_the_identity(shape: tuple[int, ...]) -> None:
    tokens = torch.randint(VOCAB, shape)
    assert_agrees(
        OneHot(VOCAB).double(), lambda tokens: rows_picked(tokens, torch.eye(VOCAB).double()), tokens
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
def test_one_hot_has_the_dtype_that_the_model_was_moved_to(dtype: torch.dtype) -> None:
    assert nn.Sequential(OneHot(VOCAB)).to(dtype)(torch.tensor([1, 2])).dtype is dtype


@pytest.mark.parametrize("wrong", [-1, VOCAB, 999])
@pytest.mark.parametrize("layer", [Embedding(VOCAB, DIM), OneHot(VOCAB)], ids=["embedding", "one_hot"])
def test_a_token_outside_the_vocabulary_is_named(layer: nn.Module, wrong: int) -> None:
    with pytest.raises(
        zoo.errors.InputError, match=rf"basic/\w+ knows the tokens 0 to 10, and .* a token {wrong};"
    ):
        layer(torch.tensor([[3, wrong], [0, 10]]))


@pytest.mark.parametrize("shape", [(3,), (2, 7, 3), (2, 0, 3)], ids=str)
def test_linear_is_its_formula(shape: tuple[int, ...]) -> None:
    for layer in (prepared(Linear(3, 5)), prepared(Linear(3, 5, bias=False))):
        bias = 0 if layer.bias is None else layer.bias

        def formula(x: Tensor, layer: Linear = layer, bias: Tensor | int = bias) -> Tensor:
            return torch.einsum("...i,oi->...o", x, layer.weight) + bias

        assert_agrees(layer, formula, torch.randn(shape).double())
