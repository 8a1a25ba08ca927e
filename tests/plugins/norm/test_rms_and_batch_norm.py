"""Root-mean-square and batch norm against their formulas and ``torch.nn``."""

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from zoo_norm.batch_norm import BatchNorm
from zoo_norm.rms_norm import RMSNorm

DIM = 5
SHAPES = [(DIM,), (1, DIM), (3, 7, DIM), (2, 0, DIM), (2, 3, 5, DIM)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_rms_norm_is_its_formula(shape: tuple[int, ...]) -> None:
    norm = prepared(RMSNorm(DIM, eps=1e-3))

    def formula(x: Tensor) -> Tensor:
        return x / (x.square().sum(-1, keepdim=True) / DIM + 1e-3).sqrt() * norm.weight

    assert_agrees(norm, formula, torch.randn(shape).double())


def test_rms_norm_is_torchs() -> None:
    norm = prepared(RMSNorm(DIM))
    torchs = borrowing(nn.RMSNorm(DIM, eps=1e-6), lambda: dict(norm.named_parameters()))
    assert_agrees(norm, torchs, torch.randn(3, DIM).double())


def test_rms_norm_of_zeros_is_zeros() -> None:
    x = torch.zeros(2, DIM, requires_grad=True)
    out = RMSNorm(DIM)(x)
    out.sum().backward()
    assert out.eq(0).all()
    assert x.grad is not None
    assert x.grad.isfinite().all()


def torchs_batch_norm(ours: BatchNorm) -> nn.BatchNorm1d:
    """Of the same weights and averages."""
    theirs = nn.BatchNorm1d(DIM, ours.eps, ours.momentum).double().train(ours.training)
    names = {"weight": "weight", "bias": "bias", "mean": "running_mean", "variance": "running_var"}
    state = {names[name]: x.clone() for name, x in ours.state_dict().items()}
    theirs.load_state_dict(state, strict=False)
    return theirs


@pytest.mark.parametrize("training", [True, False])
def test_batch_norm_is_torchs_over_the_real_steps(training: bool) -> None:
    ours = prepared(BatchNorm(DIM, momentum=0.3))
    ours.mean.copy_(torch.randn(DIM))
    ours.variance.copy_(torch.rand(DIM) + 0.5)
    ours.train(training)
    theirs = torchs_batch_norm(ours)
    mask = real([7, 0, 3], 7)
    x = torch.randn(3, 7, DIM).double().masked_fill(~mask.unsqueeze(-1), torch.nan)

    def oracle(x: Tensor) -> Tensor:
        scaled = borrowing(theirs, lambda: {"weight": ours.weight, "bias": ours.bias})(x[mask])
        return torch.zeros(3, 7, DIM).double().masked_scatter(mask.unsqueeze(-1), scaled)

    assert_agrees(ours, oracle, x, ours=lambda x: ours(x, mask))
    torch.testing.assert_close(ours.mean, theirs.running_mean)
    torch.testing.assert_close(ours.variance, theirs.running_var)


def test_batch_norm_learns_nothing_from_a_batch_of_padding() -> None:
    norm = BatchNorm(DIM)
    before = {name: x.clone() for name, x in norm.state_dict().items()}
    assert norm(torch.randn(2, 3, DIM), torch.zeros(2, 3, dtype=torch.bool)).eq(0).all()
    assert norm(torch.randn(0, 3, DIM)).shape == (0, 3, DIM)
    assert all(torch.equal(x, before[name]) for name, x in norm.state_dict().items())
