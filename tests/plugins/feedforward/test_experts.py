"""Gated networks and mixtures of experts against their formulas, position by position."""

from typing import Literal

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from tests.plugins.agreement import assert_agrees, prepared, real
from tests.plugins.streams import assert_streams
from zoo_feedforward.activations import ACTIVATIONS
from zoo_feedforward.balance import LoadBalance
from zoo_feedforward.ffn import FFN
from zoo_feedforward.gated import Gated
from zoo_feedforward.mixture import MixtureOfExperts

DIM, HIDDEN = 5, 11


@pytest.mark.parametrize("activation", ["silu", "gelu", "relu", "sigmoid", "identity"])
@pytest.mark.parametrize("bias", [True, False])
def test_gated_is_its_formula(
    activation: Literal["silu", "gelu", "relu", "sigmoid", "identity"], bias: bool
) -> None:
    gated = prepared(Gated(DIM, HIDDEN, activation, bias=bias))

    def formula(x: Tensor) -> Tensor:
        gate, inner = (
            torch.einsum("...d,hd->...h", x, linear.weight) + (linear.bias if bias else 0)
            for linear in (gated.gate, gated.inner)
        )
        product = ACTIVATIONS[activation](gate) * inner
        return torch.einsum("...h,dh->...d", product, gated.outer.weight) + (gated.outer.bias if bias else 0)

    for shape in [(DIM,), (3, 7, DIM), (2, 0, DIM)]:
        assert_agrees(gated, formula, torch.randn(shape).double())


def one_by_one(mixture: MixtureOfExperts, x: Tensor) -> tuple[Tensor, Tensor]:
    """The formula, for each position alone."""
    outs: list[Tensor] = []
    found: list[Tensor] = []
    for place in x.reshape(-1, DIM):
        likely = (mixture.router.weight @ place).exp()
        likely = likely / likely.sum()
        best = likely.argsort(descending=True)[: mixture.top]
        total = likely[best].sum() if mixture.renormalise else 1.0
        out = torch.zeros(DIM).double()
        for e in map(int, best):
            inside = ACTIVATIONS[mixture.activation](mixture.gate[e] @ place)
            if mixture.inner is not None:
                inside = inside * (mixture.inner[e] @ place)
            out = out + likely[e] / total * (mixture.outer[e] @ inside)
        outs.append(out)
        found.append(likely)
    return torch.stack(outs).view(x.shape), torch.stack(found).view(*x.shape[:-1], -1)


@pytest.mark.parametrize("gated", [True, False])
@pytest.mark.parametrize("renormalise", [True, False])
@pytest.mark.parametrize(("experts", "top"), [(7, 2), (3, 3), (1, 1), (13, 1)])
def test_a_mixture_is_its_formula(gated: bool, renormalise: bool, experts: int, top: int) -> None:
    mixture = prepared(MixtureOfExperts(DIM, HIDDEN, experts, top, gated=gated, renormalise=renormalise))
    x = torch.randn(3, 5, DIM).double()
    assert_agrees(mixture, lambda x: one_by_one(mixture, x), x, ours=lambda x: mixture(x, probabilities=True))


def test_all_ways_through_the_experts_are_the_same() -> None:
    mixture = prepared(MixtureOfExperts(DIM, HIDDEN, 7, 3))
    places = torch.randn(13, DIM).double()
    shares, chosen = mixture.router(places).softmax(-1).topk(3, -1)
    some, all_ = mixture._by_some, mixture._by_all
    assert_agrees(mixture, lambda x: all_(x, shares, chosen), places, ours=lambda x: some(x, shares, chosen))


def test_one_expert_is_a_feed_forward_network() -> None:
    mixture = prepared(MixtureOfExperts(DIM, HIDDEN, experts=1, top=1, activation="relu", gated=False))
    ffn = FFN(DIM, HIDDEN, "relu", bias=False).double()
    ffn.inner.weight.data, ffn.outer.weight.data = mixture.gate.data[0], mixture.outer.data[0]
    x = torch.randn(3, 7, DIM).double()
    torch.testing.assert_close(mixture(x).out, ffn(x))


def test_no_positions_give_none() -> None:
    mixture = MixtureOfExperts(DIM, HIDDEN)
    out, likely = mixture(torch.randn(2, 0, DIM), probabilities=True)
    assert out.shape == (2, 0, DIM)
    assert likely is not None
    assert likely.shape == (2, 0, 8)


def test_fewer_experts_than_chosen_are_refused() -> None:
    with pytest.raises(ValueError, match="there are 3, fewer than 5"):
        MixtureOfExperts(DIM, HIDDEN, experts=3, top=5)


def test_balance_is_its_formula_over_the_real_steps() -> None:
    lengths = [7, 1, 4]
    probabilities = torch.randn(3, 7, 5).double().softmax(-1)
    mask = real(lengths, 7)

    def formula(probabilities: Tensor) -> Tensor:
        losses: list[Tensor] = []
        for row, length in zip(probabilities, lengths, strict=True):
            chosen = row[:length].topk(2, -1).indices.flatten()
            busy = torch.bincount(chosen, minlength=5).double() / len(chosen)
            losses.append(5 * (busy * row[:length].mean(0)).sum())
        return torch.stack(losses)

    balance = LoadBalance(top=2)
    assert_agrees(balance, formula, probabilities, ours=lambda x: balance(x, mask))
    spoiled = probabilities.masked_fill(~mask.unsqueeze(-1), torch.nan)
    torch.testing.assert_close(balance(spoiled, mask), balance(probabilities, mask))


def test_balance_is_one_when_even_and_the_number_of_experts_when_one_does_all() -> None:
    one = F.one_hot(torch.zeros(2, 7, dtype=torch.long), 5).double()
    torch.testing.assert_close(LoadBalance(top=1)(one), torch.full((2,), 5.0).double())
    turns = F.one_hot(torch.arange(10) % 5, 5).double().unsqueeze(0)
    torch.testing.assert_close(LoadBalance(top=1)(turns), torch.ones(1).double())


def test_balance_of_nothing_is_zero() -> None:
    assert LoadBalance()(torch.rand(2, 3, 5), torch.zeros(2, 3, dtype=torch.bool)).eq(0).all()


def test_balance_of_what_there_was_so_far() -> None:
    probabilities = torch.randn(3, 7, 5).double().softmax(-1)
    assert_streams(LoadBalance(), {"probabilities": probabilities})
    assert_streams(LoadBalance(), {"probabilities": probabilities, "mask": real([7, 0, 4], 7)})
