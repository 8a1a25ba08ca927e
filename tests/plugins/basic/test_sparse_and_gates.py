"""Sparsemax and entmax against the problems that define them, gates and joints against their formulas."""

from collections.abc import Callable
from typing import Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared
from zoo_basic.combine import Scale, Subtract
from zoo_basic.gates import GatedResidual, Highway
from zoo_basic.sparse import Entmax, Sparsemax

DIM = 11
SPARSE: dict[str, tuple[nn.Module, Callable[[Tensor], Tensor]]] = {
    "sparsemax": (Sparsemax(), lambda z: z.clamp(min=0)),
    "entmax": (Entmax(), lambda z: (z / 2).clamp(min=0).square()),
}
each = pytest.mark.parametrize(("layer", "shape"), SPARSE.values(), ids=SPARSE)


def searched(x: Tensor, shape: Callable[[Tensor], Tensor]) -> Tensor:
    """The distribution ``shape(x - τ)``, with τ found by bisection, knowing nothing of supports."""
    low, high = x.amax(-1, keepdim=True) - 2, x.amax(-1, keepdim=True)
    for _ in range(80):
        middle = (low + high) / 2
        much = shape(x - middle).sum(-1, keepdim=True) > 1
        low, high = torch.where(much, middle, low), torch.where(much, high, middle)
    return shape(x - low)


@each
@pytest.mark.parametrize("spread", [0.01, 1.0, 30.0])
def test_it_solves_its_problem_and_no_more(
    layer: nn.Module, shape: Callable[[Tensor], Tensor], spread: float
) -> None:
    x = torch.randn(5, 7, DIM).double() * spread + 100
    found = layer(x)
    torch.testing.assert_close(found, searched(x, shape), rtol=0, atol=1e-10)
    torch.testing.assert_close(found.sum(-1), torch.ones(5, 7).double())
    assert bool((found == 0).any()) == (spread >= 1)


@each
def test_gradients_are_those_of_finite_differences(
    layer: nn.Module, shape: Callable[[Tensor], Tensor]
) -> None:
    del shape
    x = torch.randn(5, 7).double().requires_grad_()
    mask = torch.rand(5, 7) < 0.6
    mask[0] = False
    assert torch.autograd.gradcheck(layer, (x,))
    assert torch.autograd.gradcheck(layer, (x, mask))
    assert torch.autograd.gradgradcheck(layer, (x,))


@each
@pytest.mark.parametrize("junk", [torch.nan, torch.inf, -torch.inf, 1e300])
def test_masked_elements_take_no_part(
    layer: nn.Module, shape: Callable[[Tensor], Tensor], junk: float
) -> None:
    x, mask = torch.randn(5, DIM).double(), torch.rand(5, DIM) < 0.5
    mask[0], mask[1] = False, True
    x[~mask] = junk
    x.requires_grad_()
    found = layer(x, mask)
    for row, keep, out in zip(x.detach(), mask, found, strict=True):
        assert not out[~keep].any()
        if keep.any():
            torch.testing.assert_close(out[keep], searched(row[keep], shape), rtol=0, atol=1e-10)
    (gradient,) = torch.autograd.grad(found.square().sum(), x)
    assert gradient.isfinite().all()
    assert not gradient[~mask].any()


@each
def test_ties_share_and_one_element_has_all(layer: nn.Module, shape: Callable[[Tensor], Tensor]) -> None:
    del shape
    torch.testing.assert_close(layer(torch.zeros(3, 4)), torch.full((3, 4), 0.25))
    assert torch.equal(layer(torch.randn(3, 1)), torch.ones(3, 1))
    assert torch.equal(layer(torch.tensor([[9.0, 1.0, 1.0]])), torch.tensor([[1.0, 0.0, 0.0]]))
    assert layer(torch.zeros(3, 0)).shape == (3, 0)


def test_sparsemax_is_a_projection() -> None:
    """No point of the simplex is nearer, and a point of the simplex stays."""
    x = torch.randn(3, DIM).double()
    found = Sparsemax()(x)
    others = torch.distributions.Dirichlet(torch.full((DIM,), 0.2)).sample((1000, 3)).double()
    assert ((others - x).square().sum(-1) >= (found - x).square().sum(-1)).all()
    torch.testing.assert_close(Sparsemax()(found), found)


@pytest.mark.parametrize("activation", ["relu", "tanh"])
def test_highway_is_its_formula(activation: Literal["relu", "tanh"]) -> None:
    layer = prepared(Highway(DIM, activation))

    def formula(x: Tensor) -> Tensor:
        t = torch.sigmoid(x @ layer.gate.T + layer.gate_bias)
        new = x @ layer.weight.T + layer.bias
        return t * (F.relu(new) if activation == "relu" else new.tanh()) + (1 - t) * x

    assert_agrees(layer, formula, torch.randn(3, 5, DIM).double())


def test_a_highway_that_is_shut_hands_on_what_came_in() -> None:
    x = torch.randn(3, DIM)
    assert torch.equal(Highway(DIM, open=-1000.0)(x), x)
    assert Highway(DIM).gate_bias.detach().eq(-1).all()


def residual(kind: str, x: Tensor, y: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    if bias is None:
        return x + weight * y
    gate = torch.sigmoid(x @ weight.T + bias)
    return x + gate * y if kind == "output" else gate * x + (1 - gate) * y


@pytest.mark.parametrize("kind", ["output", "highway", "scale"])
def test_gated_residual_is_its_formula(kind: Literal["output", "highway", "scale"]) -> None:
    layer = prepared(GatedResidual(DIM, kind))
    x, y = torch.randn(2, 3, 5, DIM).double()
    assert_agrees(layer, lambda x, y: residual(kind, x, y, layer.weight, layer.bias), x, y)


@pytest.mark.parametrize(
    ("kind", "open"), [("output", -1000.0), ("highway", 1000.0), ("scale", 0.0)], ids=str
)
def test_a_shut_gate_leaves_the_residual_alone(
    kind: Literal["output", "highway", "scale"], open: float
) -> None:
    x, y = torch.randn(2, 3, DIM)
    assert torch.equal(GatedResidual(DIM, kind, open)(x, y), x)


def test_subtract_and_scale_are_their_formulas() -> None:
    a, b = torch.randn(2, 3, 5, DIM).double()
    assert_agrees(Subtract(), lambda a, b: a + (-1) * b, a, b)
    assert_agrees(Scale(-0.3), lambda x: -3 * x / 10, a)
