"""Layers of cells over sequences, against ``torch.nn``'s: each alone without its padding, and packed."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo.recurrence import side_by_side, walk
from zoo.recurrence.dense_lstm import pays
from zoo_recurrent.gru_sequence import GRU
from zoo_recurrent.lstm import LSTMCell
from zoo_recurrent.lstm_sequence import LSTM
from zoo_recurrent.rnn_sequence import RNN

BATCH, TIME, INPUT, HIDDEN = 5, 7, 3, 11
NONE = torch.ones(BATCH, TIME).bool()
RIGHT, HOLES = real([7, 2, 5, 0, 1], TIME), torch.arange(BATCH * TIME).reshape(BATCH, TIME) % 3 != 1
MASKS = {"none": None, "whole": NONE, "right": RIGHT, "left and holes": HOLES}
SHAPES = {
    "one way": {"layers": 3},
    "both": {"bidirectional": True},
    "both, stacked": {"layers": 2, "bidirectional": True},
}
KINDS: dict[str, tuple[Callable[..., Any], Callable[..., nn.Module]]] = {
    "lstm": (LSTM, nn.LSTM),
    "gru": (GRU, nn.GRU),
    "rnn": (RNN, nn.RNN),
    "relu": (
        lambda *sizes, **more: RNN(*sizes, activation="relu", **more),
        lambda *sizes, **more: nn.RNN(*sizes, nonlinearity="relu", **more),
    ),
}
WALKED: dict[str, Callable[..., Any]] = {
    "gru of the paper": lambda *sizes, **more: GRU(*sizes, reset_after=False, **more),
    "sigmoid": lambda *sizes, **more: RNN(*sizes, activation="sigmoid", **more),
    "identity": lambda *sizes, **more: RNN(*sizes, activation="identity", **more),
}
"""Layers without a kernel."""


def own(layer: Any) -> dict[str, Tensor]:
    """The layer's parameters by PyTorch's names, one bias in two unequal parts."""
    found: dict[str, Tensor] = {}
    for index, cell in enumerate(layer.cells):
        level, backward = divmod(index, 1 + layer.bidirectional)
        after = f"_l{level}{'_reverse' * backward}"
        two = getattr(cell, "bias_hh", None)
        found |= {
            f"weight_ih{after}": cell.weight_ih,
            f"weight_hh{after}": cell.weight_hh,
            f"bias_ih{after}": cell.bias if two is not None else 0.3 * cell.bias,
            f"bias_hh{after}": two if two is not None else 0.7 * cell.bias,
        }
    return found


def alone(peer: Callable[..., Any], layer: Any, mask: Tensor | None) -> Callable[..., Any]:
    """The outputs and states of ``torch.nn``'s layer, for each sequence alone, without its padding."""

    def call(x: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        keeps = NONE if mask is None else mask
        rows: list[list[Tensor]] = []
        for i, keep in enumerate(keeps):
            after = [state[i].unsqueeze(1) for state in states]
            out = x.new_zeros(len(keep), HIDDEN * (1 + layer.bidirectional))
            if keep.any():
                found, last = peer(x[i : i + 1, keep], after[0] if len(after) == 1 else tuple(after))
                after = [last] if len(after) == 1 else [*last]
                out = out.index_put((keep.nonzero()[:, 0],), found[0])
            rows.append([out, *(state.squeeze(1) for state in after)])
        return tuple(torch.stack(column) for column in zip(*rows, strict=True))

    return call


def inputs(layer: Any) -> list[Tensor]:
    """A sequence for a batch, and the states it begins with."""
    states = (torch.randn(BATCH, len(layer.cells), HIDDEN).double() for _ in range(count(layer)))
    return [torch.randn(BATCH, TIME, INPUT).double(), *states]


def count(layer: Any) -> int:
    return 1 + isinstance(layer, LSTM)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("mask", MASKS.values(), ids=MASKS)
@pytest.mark.parametrize(("ours", "theirs"), KINDS.values(), ids=KINDS)
def test_each_sequence_is_torchs_without_its_padding(
    ours: Callable[..., Any], theirs: Callable[..., Any], mask: Tensor | None, shape: Mapping[str, Any]
) -> None:
    layer = prepared(ours(INPUT, HIDDEN, **shape))
    peer = theirs(
        INPUT, HIDDEN, batch_first=True, num_layers=shape.get("layers", 1), bidirectional=layer.bidirectional
    )
    oracle = alone(borrowing(peer, lambda: own(layer)), layer, mask)
    assert_agrees(layer, oracle, *inputs(layer), ours=partial(with_mask, layer, mask))


@pytest.mark.parametrize(("ours", "theirs"), KINDS.values(), ids=KINDS)
def test_padded_sequences_are_torchs_packed_ones(
    ours: Callable[..., Any], theirs: Callable[..., Any]
) -> None:
    layer = prepared(ours(INPUT, HIDDEN, layers=2, bidirectional=True))
    peer = theirs(INPUT, HIDDEN, num_layers=2, bidirectional=True, batch_first=True)
    oracle, lengths = borrowing(peer, lambda: own(layer)), [7, 2, 5, 3, 1]

    def packed(x: Tensor, *states: Tensor) -> tuple[Tensor, ...]:
        first = [state.transpose(0, 1).contiguous() for state in states]
        given = pack_padded_sequence(x, torch.tensor(lengths), batch_first=True, enforce_sorted=False)
        found, last = oracle(given, first[0] if len(first) == 1 else tuple(first))
        out, _ = pad_packed_sequence(found, batch_first=True)
        return out, *(state.transpose(0, 1) for state in ([last] if len(first) == 1 else last))

    mask = real(lengths, TIME)
    assert_agrees(layer, packed, *inputs(layer), ours=partial(with_mask, layer, mask))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
@pytest.mark.parametrize("mask", [RIGHT, ~RIGHT, HOLES], ids=["right", "left", "holes"])
def test_walking_through_padding_is_packing_it_away(
    mask: Tensor, shape: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In single precision, which alone has oneDNN's LSTM; garbage in the padding."""
    layer = LSTM(INPUT, HIDDEN, **shape)
    x, *states = (each.float().requires_grad_() for each in inputs(layer))

    def found(*, dense: bool) -> list[Tensor]:
        def chosen(x: Tensor, told: Tensor) -> bool:
            return dense

        monkeypatch.setattr("zoo.recurrence.kernels.pays", chosen)
        outputs = layer(x.masked_fill(~mask[..., None], torch.nan), mask, *states)
        loss = torch.stack([(each**2).sum() for each in outputs]).sum()
        return [*outputs, *torch.autograd.grad(loss, [x, *states, *layer.parameters()])]

    torch.testing.assert_close(found(dense=True), found(dense=False), rtol=1e-4, atol=1e-6)
    assert not pays(x.double(), torch.tensor([7, 7]))
    assert not pays(x, torch.tensor([2, 2, 5, 0, 1, 7]))  # less than half is real


def with_mask(layer: Any, mask: Tensor | None, x: Tensor, *states: Tensor) -> Any:
    return layer(x, mask, *states)


@pytest.mark.parametrize("both", [1, 2])
@pytest.mark.parametrize("mask", [None, RIGHT, HOLES], ids=["none", "right", "holes"])
@pytest.mark.parametrize("kind", WALKED)
def test_without_a_kernel_the_cells_are_walked(kind: str, mask: Tensor | None, both: int) -> None:
    layer = prepared(WALKED[kind](INPUT, HIDDEN, layers=2, bidirectional=both == 2))

    def one_by_one(x: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        out, last = x.unbind(0), list(h.unbind(0))
        keeps = NONE if mask is None else mask
        for level in range(layer.layers):
            rows: list[Tensor] = []
            for i, row in enumerate(out):
                parts: list[Tensor] = []
                for direction in range(both):
                    cell, state = layer.cells[level * both + direction], last[i][level * both + direction]
                    steps = [row.new_zeros(HIDDEN)] * TIME
                    for t in list(range(TIME))[:: -1 if direction else 1]:
                        if keeps[i, t]:
                            steps[t] = state = cell(row[t].unsqueeze(0), state.unsqueeze(0))[0]
                    parts.append(torch.stack(steps))
                    last[i] = torch.cat(
                        [
                            last[i][: level * both + direction],
                            state.unsqueeze(0),
                            last[i][level * both + direction + 1 :],
                        ]
                    )
                rows.append(torch.cat(parts, 1))
            out = rows
        return torch.stack([*out]), torch.stack(last)

    assert_agrees(layer, one_by_one, *inputs(layer), ours=lambda x, h: layer(x, mask, h))


EVERY = [*(ours for ours, _ in KINDS.values()), *WALKED.values()]
every = pytest.mark.parametrize("kind", EVERY, ids=[*KINDS, *WALKED])


@every
def test_states_that_are_not_given_are_zeros(kind: Callable[..., Any]) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2))
    x, *states = inputs(layer)
    for one, other in zip(layer(x), layer(x, None, *map(torch.zeros_like, states)), strict=True):
        assert torch.equal(one, other)


@every
@pytest.mark.parametrize("both", [False, True])
def test_what_stands_in_padding_never_shows(kind: Callable[..., Any], both: bool) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2, bidirectional=both))
    x, *states = inputs(layer)
    for mask in (RIGHT, HOLES):
        spoilt = x.masked_fill(~mask.unsqueeze(-1), torch.nan).requires_grad_()
        found = layer(spoilt, mask, *states)
        for one, other in zip(found, layer(x, mask, *states), strict=True):
            assert torch.equal(one, other)
        gradients = torch.autograd.grad(found.out.sum(), [spoilt, *layer.parameters()])
        assert all(gradient.isfinite().all() for gradient in gradients)
        assert not gradients[0][~mask].any()


def test_a_batch_of_nothing_but_padding_keeps_its_states() -> None:
    layer = prepared(LSTM(INPUT, HIDDEN, layers=2, bidirectional=True))
    x, *states = inputs(layer)
    out, *after = layer(x, ~NONE, *states)
    assert not out.any()
    assert all(torch.equal(one, other) for one, other in zip(after, states, strict=True))


@every
@pytest.mark.parametrize("batch", [0, 2])
def test_sequences_of_no_steps_keep_their_states(kind: Callable[..., Any], batch: int) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2, bidirectional=True))
    states = [torch.randn(batch, 4, HIDDEN).double() for _ in range(count(layer))]
    for mask in (None, torch.ones(batch, 0).bool()):
        out, *after = layer(torch.randn(batch, 0, INPUT).double(), mask, *states)
        assert out.shape == (batch, 0, 2 * HIDDEN)
        assert all(torch.equal(one, other) for one, other in zip(after, states, strict=True))


@every
def test_dropout_stands_between_layers_alone_and_in_training_alone(kind: Callable[..., Any]) -> None:
    x = torch.randn(BATCH, TIME, INPUT).double()
    for layers, dropped in ((1, False), (2, True)):
        layer = prepared(kind(INPUT, HIDDEN, layers=layers, dropout=0.5))
        assert torch.equal(layer.eval()(x).out, layer(x).out)
        exact = layer(x).out
        assert torch.equal(layer.train()(x).out, exact) != dropped
        assert torch.equal(layer(x).h[:, 0], layer.eval()(x).h[:, 0])  # the first layer's


@every
def test_it_streams(kind: Callable[..., Any]) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2))
    x, *states = inputs(layer)
    named = dict(zip("hc", states, strict=False))
    assert_streams(layer, {"x": x})
    assert_streams(layer, {"x": x, "mask": HOLES}, named)


@every
def test_both_directions_do_not_stream(kind: Callable[..., Any]) -> None:
    layer = kind(INPUT, HIDDEN, bidirectional=True)
    with pytest.raises(
        InputError, match=r"no last step yet, .* recurrent/\w+ also runs backward; set bidirec"
    ):
        layer.initial_state(2, torch.device("cpu"), torch.float32)


@every
@pytest.mark.parametrize("both", [False, True])
def test_only_the_backward_direction_sees_ahead(kind: Callable[..., Any], both: bool) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2, bidirectional=both))
    assert layer.sees_ahead({"bidirectional": both}, ()) == (("time",) if both else ())
    x = torch.randn(2, TIME, INPUT).double()
    later = x.clone()
    later[:, 4:] += 1
    assert torch.equal(layer(x).out[:, :4], layer(later).out[:, :4]) != both


def test_the_gates_start_at_their_biases() -> None:
    layer = LSTM(INPUT, HIDDEN, layers=2, bidirectional=True, forget_bias=2.5, input_bias=-1.5)
    gates = [cell.bias.detach().chunk(4)[:2] for cell in layer.cells if isinstance(cell, LSTMCell)]
    assert len(gates) == 4
    assert all(let_in.eq(-1.5).all() and forget.eq(2.5).all() for let_in, forget in gates)


@pytest.mark.parametrize("kind", [LSTM, GRU, RNN])
def test_what_is_traced_is_walked_for_it_has_no_lengths(kind: Callable[..., Any]) -> None:
    layer = prepared(kind(INPUT, HIDDEN, layers=2, bidirectional=True))
    x, *states = inputs(layer)
    expected = layer(x, HOLES, *states)
    found = walk([*layer.cells], x, HOLES, states, bidirectional=True, dropout=0.0)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other)
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        fake = layer(mode.from_tensor(x), mode.from_tensor(HOLES), *map(mode.from_tensor, states))
    assert [tensor.shape for tensor in fake] == [tensor.shape for tensor in expected]


def test_weights_side_by_side_are_the_weights() -> None:
    weights = [*LSTM(INPUT, HIDDEN, layers=2, bidirectional=True).parameters()]
    weights = [each for i in range(0, len(weights), 3) for each in (*weights[i : i + 3], weights[i + 2] * 0)]
    found = side_by_side(weights)
    assert all(torch.equal(one, other) for one, other in zip(found, weights, strict=True))
    assert len({each.untyped_storage().data_ptr() for each in found}) == 1
    places = [each.storage_offset() for each in found]
    matrices, biases = (
        [at for i, at in enumerate(places) if (i % 4 < 2) == first] for first in (True, False)
    )
    assert matrices == sorted(matrices)
    assert biases == sorted(biases)
    assert matrices[-1] < biases[0]
    (gradient,) = torch.autograd.grad(found[0].sum(), weights[0])
    assert gradient.eq(1).all()
