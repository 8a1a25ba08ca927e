"""The bridge between encoder and decoder, and states carried over the chunks of a text."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, prepared
from zoo.errors import InputError
from zoo_basic.detach import Detach
from zoo_recurrent.bridge import Bridge, Directions
from zoo_recurrent.gru_sequence import GRU
from zoo_recurrent.lstm_sequence import LSTM
from zoo_recurrent.rnn_sequence import RNN

BATCH, LAYERS, WIDTH = 3, 5, 7


def joined(h: Tensor, directions: Directions) -> Tensor:
    """The states of both directions as one, picked state by state."""
    if directions == "one":
        return h
    pairs = [(h[:, 2 * i], h[:, 2 * i + 1]) for i in range(h.shape[1] // 2)]
    one = [a + b if directions == "sum" else torch.cat([a, b], 1) for a, b in pairs]
    return torch.stack(one, 1) if one else h


@pytest.mark.parametrize("output", [None, 11])
@pytest.mark.parametrize("directions", ["one", "sum", "concat"])
def test_a_linear_bridge_is_its_formula(directions: Directions, output: int | None) -> None:
    bridge = prepared(Bridge(WIDTH, "linear", directions, output))
    weight, bias = bridge.weight, bridge.bias
    assert weight is not None
    assert bias is not None

    def formula(h: Tensor) -> Tensor:
        return torch.tanh(torch.einsum("bli,oi->blo", joined(h, directions), weight) + bias)

    h = torch.randn(BATCH, 2 * LAYERS, WIDTH).double()
    assert_agrees(bridge, formula, h)
    assert Bridge.shapes(
        {"directions": directions, "output": output, "kind": "linear"}, {"h": (*h.shape,)}
    ) == {"out": tuple(formula(h).shape)}


@pytest.mark.parametrize("directions", ["one", "sum", "concat"])
def test_the_other_bridges_learn_nothing(directions: Directions) -> None:
    h = torch.randn(BATCH, 2 * LAYERS, WIDTH).double()
    assert_agrees(Bridge(WIDTH, "none", directions), lambda h: joined(h, directions), h)
    assert torch.equal(Bridge(WIDTH, "zeros", directions)(h), torch.zeros_like(joined(h, directions)))


def test_the_states_of_a_scan_have_no_axis_of_layers() -> None:
    bridge = prepared(Bridge(WIDTH))
    h = torch.randn(BATCH, WIDTH).double()
    assert torch.equal(bridge(h), bridge(h.unsqueeze(1)).squeeze(1))


@pytest.mark.parametrize(
    ("settings", "shape", "message"),
    [
        ({"directions": "sum"}, (3, 5, 7), r"even number of states, .*3 × 5 × 7; set directions: one"),
        ({"directions": "concat"}, (3, 7), r"even number of states, .*3 × 7; set"),
        (
            {"kind": "none", "output": 11},
            (3, 7),
            r"a bridge that learns, and its kind is none; remove output",
        ),
    ],
)
def test_what_cannot_be_bridged_is_refused(
    settings: dict[str, Any], shape: tuple[int, ...], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        Bridge.shapes({"kind": "linear", "directions": "one", "output": None, **settings}, {"h": shape})


@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
def test_chunks_with_a_carried_state_are_the_whole(kind: Any) -> None:
    layer = prepared(kind(5, 7, layers=2))

    def chunked(x: Tensor) -> list[Tensor]:
        states: list[Tensor] = []
        parts: list[Tensor] = []
        for chunk in (x[:, :4], x[:, 4:5], x[:, 5:]):
            out, *states = layer(chunk, None, *states)
            parts.append(out)
        return [torch.cat(parts, 1), *states]

    assert_agrees(layer, chunked, torch.randn(3, 11, 5).double())


def test_a_detached_state_is_carried_and_learns_nothing_from_later_chunks() -> None:
    """The gradient is the sum of the chunks' own, each with its first state held fixed."""
    layer: nn.Module = prepared(GRU(5, 7))
    detach = Detach()
    chunks = torch.randn(3, 8, 5).double().chunk(2, 1)
    weights = [*layer.parameters()]
    first, h = layer(chunks[0])
    second = layer(chunks[1], None, detach(h)).out
    torch.testing.assert_close(torch.cat([first, second], 1), layer(torch.cat(chunks, 1)).out)
    found = torch.autograd.grad(first.sum() + second.sum(), weights)
    fixed = h.detach()
    alone = [layer(chunks[0]).out.sum(), layer(chunks[1], None, fixed).out.sum()]
    apart = [torch.autograd.grad(total, weights) for total in alone]
    for gradient, one, other in zip(found, *apart, strict=True):
        torch.testing.assert_close(gradient, one + other)
    through = torch.autograd.grad(layer(torch.cat(chunks, 1)).out.sum(), weights)
    assert not torch.allclose(found[0], through[0])


@pytest.mark.parametrize("shape", [(3, 5, 7), (3, 1, 7), (3, 7)])
@pytest.mark.parametrize("directions", ["sum", "concat"])
def test_an_odd_number_of_states_is_no_two_directions(directions: Directions, shape: tuple[int, ...]) -> None:
    with pytest.raises(InputError, match="two directions have an even number of states"):
        Bridge(7, directions=directions)(torch.randn(shape))
