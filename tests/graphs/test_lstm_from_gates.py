"""The LSTM drawn gate by gate against torch.nn.LSTM: outputs, final states and every gradient, in float64."""

import pytest
import torch
from torch import Tensor, nn

import zoo

INPUT, HIDDEN = 5, 7


def pair() -> tuple[nn.Module, nn.LSTM]:
    drawn = zoo.load(zoo.registry().graphs["lstm_from_gates"]).compile(
        dtype=torch.float64, input=INPUT, hidden=HIDDEN
    )
    peer = nn.LSTM(INPUT, HIDDEN, batch_first=True, dtype=torch.float64)
    weights = dict(drawn.named_parameters())
    with torch.no_grad():
        peer.weight_ih_l0.copy_(weights["lstm.from_x.weight"])
        peer.weight_hh_l0.copy_(weights["lstm.from_h.weight"])
        peer.bias_ih_l0.copy_(weights["lstm.from_x.bias"])
        peer.bias_hh_l0.zero_()
    return drawn, peer


@pytest.mark.parametrize(("batch", "time"), [(1, 1), (3, 1), (3, 11)])
def test_it_is_torchs_lstm(batch: int, time: int) -> None:
    drawn, peer = pair()
    generator = torch.Generator().manual_seed(1)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    x = draw(batch, time, INPUT)
    ours, theirs = x.clone().requires_grad_(), x.clone().requires_grad_()
    out, h, c = drawn(ours)
    expected, (last_h, last_c) = peer(theirs)
    torch.testing.assert_close(out, expected, rtol=0, atol=1e-12)
    torch.testing.assert_close(h, last_h[0], rtol=0, atol=1e-12)
    torch.testing.assert_close(c, last_c[0], rtol=0, atol=1e-12)

    pull = draw(batch, time, HIDDEN), draw(batch, HIDDEN), draw(batch, HIDDEN)
    sum((value * part).sum() for value, part in zip((out, h, c), pull, strict=True)).backward()
    sum(
        (value * part).sum() for value, part in zip((expected, last_h[0], last_c[0]), pull, strict=True)
    ).backward()
    weights = dict(drawn.named_parameters())
    for mine, its in (
        (ours.grad, theirs.grad),
        (weights["lstm.from_x.weight"].grad, peer.weight_ih_l0.grad),
        (weights["lstm.from_h.weight"].grad, peer.weight_hh_l0.grad),
        (weights["lstm.from_x.bias"].grad, peer.bias_ih_l0.grad),
    ):
        torch.testing.assert_close(mine, its, rtol=0, atol=1e-11)


def test_the_oracle_can_fail() -> None:
    """Gates in another order are another function."""
    drawn, peer = pair()
    with torch.no_grad():
        peer.weight_ih_l0.copy_(peer.weight_ih_l0.roll(HIDDEN, 0))
    x = torch.ones(2, 3, INPUT, dtype=torch.float64)
    assert not torch.allclose(drawn(x).out, peer(x)[0], atol=1e-6)
