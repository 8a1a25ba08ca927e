"""The LSTM drawn gate by gate against torch.nn.LSTM: outputs, final states and every gradient, in float64."""

import pytest
import torch
from torch import Tensor, nn

import zoo

INPUT, HIDDEN = 5, 7
PAIRS = {
    "lstm.from_x.weight": "weight_ih_l0",
    "lstm.from_h.weight": "weight_hh_l0",
    "lstm.from_x.bias": "bias_ih_l0",
}
"""Parameters of the graph, and what they are called there; its second bias is zero here."""


def pair() -> tuple[nn.Module, nn.LSTM]:
    graph = zoo.load(zoo.registry().graphs["lstm_from_gates"])
    drawn = graph.compile(dtype=torch.float64, input=INPUT, hidden=HIDDEN)
    peer = nn.LSTM(INPUT, HIDDEN, batch_first=True, dtype=torch.float64)
    ours, theirs = dict(drawn.named_parameters()), dict(peer.named_parameters())
    assert ours.keys() == PAIRS.keys()
    with torch.no_grad():
        for mine, its in PAIRS.items():
            theirs[its].copy_(ours[mine])
        theirs["bias_hh_l0"].zero_()
    return drawn, peer


@pytest.mark.parametrize(("batch", "time"), [(1, 1), (3, 1), (3, 11)])
def test_it_is_torchs_lstm(batch: int, time: int) -> None:
    drawn, peer = pair()
    generator = torch.Generator().manual_seed(1)

    def draw(*shape: int) -> Tensor:
        return torch.randn(*shape, dtype=torch.float64, generator=generator)

    x = draw(batch, time, INPUT).requires_grad_()
    results = tuple(drawn(x))
    out, (h, c) = peer(x)
    expected = out, h[0], c[0]
    for mine, its in zip(results, expected, strict=True):
        torch.testing.assert_close(mine, its, rtol=0, atol=1e-12)

    pulls = [draw(*result.shape) for result in expected]
    ours, theirs = dict(drawn.named_parameters()), dict(peer.named_parameters())
    gradients = torch.autograd.grad(results, [x, *(ours[name] for name in PAIRS)], pulls)
    wanted = torch.autograd.grad(expected, [x, *(theirs[name] for name in PAIRS.values())], pulls)
    assert bool(wanted[0].any())
    for mine, its in zip(gradients, wanted, strict=True):
        torch.testing.assert_close(mine, its, rtol=0, atol=1e-11)


def test_gates_in_another_order_are_another_function() -> None:
    drawn, peer = pair()
    weight = dict(peer.named_parameters())["weight_ih_l0"]
    with torch.no_grad():
        weight.copy_(weight.roll(HIDDEN, 0))
    x = torch.ones(2, 3, INPUT, dtype=torch.float64)
    assert not torch.allclose(drawn(x).out, peer(x)[0], atol=1e-6)
