"""Convolution along time against ``torch.nn``'s and against its formula."""

from typing import Any, Literal

import pytest
import torch
from torch import Tensor, nn

from tests.plugins.agreement import assert_agrees, borrowing, prepared, real
from tests.plugins.streams import assert_streams
from zoo.errors import InputError
from zoo_convolution.conv1d import Conv1d

BATCH, TIME, INPUT, OUTPUT = 5, 7, 6, 9
RIGHT, HOLES = real([7, 2, 5, 0, 1], TIME), torch.arange(BATCH * TIME).reshape(BATCH, TIME) % 3 != 1
Padding = Literal["causal", "same"]
WINDOWS = [(1, 1), (2, 1), (3, 1), (3, 2), (4, 3), (5, 4)]
windows = pytest.mark.parametrize(("kernel", "dilation"), WINDOWS)


def numbers(*shape: int) -> Tensor:
    return torch.randn(shape).double()


@windows
@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("bias", [True, False])
def test_same_is_torchs(kernel: int, dilation: int, groups: int, bias: bool) -> None:
    layer = prepared(Conv1d(INPUT, OUTPUT, kernel, dilation, groups, "same", bias))
    peer = nn.Conv1d(INPUT, OUTPUT, kernel, dilation=dilation, groups=groups, bias=bias)
    call = borrowing(peer, lambda: dict(layer.named_parameters()))
    before = dilation * (kernel - 1) // 2
    after = dilation * (kernel - 1) - before

    def oracle(x: Tensor) -> Tensor:
        return call(nn.functional.pad(x.mT, (before, after))).mT

    assert_agrees(layer, oracle, numbers(BATCH, TIME, INPUT))


@windows
@pytest.mark.parametrize("padding", ["causal", "same"])
@pytest.mark.parametrize("mask", [None, RIGHT, HOLES], ids=["none", "right", "holes"])
def test_each_step_maps_its_window(kernel: int, dilation: int, padding: Padding, mask: Tensor | None) -> None:
    layer = prepared(Conv1d(INPUT, OUTPUT, kernel, dilation, padding=padding))
    reach = (kernel - 1) * dilation
    bias = layer.bias
    assert bias is not None

    def oracle(x: Tensor) -> Tensor:
        there = torch.ones(BATCH, TIME).bool() if mask is None else mask
        outs: list[Tensor] = []
        for t in range(TIME):
            total = bias.expand(BATCH, -1)
            for j in range(kernel):
                at = t - reach + j * dilation + (reach - reach // 2 if padding == "same" else 0)
                if 0 <= at < TIME:
                    total = total + x[:, at].where(there[:, at, None], 0) @ layer.weight[:, :, j].T
            outs.append(total.where(there[:, t, None], 0))
        return torch.stack(outs, 1)

    assert_agrees(layer, oracle, numbers(BATCH, TIME, INPUT), ours=lambda x: layer(x, mask))


@pytest.mark.parametrize("mask", [RIGHT, HOLES], ids=["right", "holes"])
@pytest.mark.parametrize("padding", ["causal", "same"])
def test_what_stands_in_padding_never_shows(padding: Padding, mask: Tensor) -> None:
    layer = prepared(Conv1d(INPUT, OUTPUT, padding=padding))
    x = numbers(BATCH, TIME, INPUT)
    spoilt = x.masked_fill(~mask.unsqueeze(-1), torch.nan).requires_grad_()
    out = layer(spoilt, mask)
    assert torch.equal(out, layer(x, mask))
    for gradient in torch.autograd.grad(out.sum(), [spoilt, *layer.parameters()]):
        assert gradient.isfinite().all()


@windows
def test_a_sequence_is_the_same_alone_and_padded(kernel: int, dilation: int) -> None:
    x = numbers(BATCH, TIME, INPUT)
    for padding in ("causal", "same"):
        layer = prepared(Conv1d(INPUT, OUTPUT, kernel, dilation, padding=padding))
        together = layer(x, RIGHT)
        for row, length in enumerate(RIGHT.sum(1)):
            alone = layer(x[row : row + 1, :length])
            torch.testing.assert_close(together[row : row + 1, :length], alone)


@windows
def test_a_causal_one_streams_and_sees_no_further_than_its_window(kernel: int, dilation: int) -> None:
    layer = prepared(Conv1d(INPUT, OUTPUT, kernel, dilation))
    x = numbers(BATCH, TIME, INPUT)
    assert_streams(layer, {"x": x})
    assert_streams(layer, {"x": x, "mask": HOLES})
    other = x.clone()
    other[:, 2] += 1
    changed = (layer(x) != layer(other)).any(-1).any(0)
    assert changed.tolist() == [t in range(2, 2 + kernel * dilation, dilation) for t in range(TIME)]


def test_a_window_that_looks_ahead_does_not_stream() -> None:
    cpu, dtype = torch.device("cpu"), torch.float32
    with pytest.raises(InputError, match=r"no later steps yet, .* looks ahead; set padding: causal"):
        Conv1d(2, 3, padding="same").initial_state(2, cpu, dtype)
    assert_streams(prepared(Conv1d(2, 3, kernel=1, padding="same")), {"x": numbers(2, TIME, 2)})


@pytest.mark.parametrize(
    ("kernel", "padding", "axes"), [(3, "same", ("time",)), (1, "same", ()), (3, "causal", ())]
)
def test_it_says_whether_it_sees_ahead(kernel: int, padding: Padding, axes: tuple[str, ...]) -> None:
    assert Conv1d.sees_ahead({"kernel": kernel, "padding": padding}, ()) == axes


@pytest.mark.parametrize("padding", ["causal", "same"])
def test_no_steps_give_none(padding: Padding) -> None:
    assert Conv1d(2, 3, padding=padding)(torch.randn(4, 0, 2)).shape == (4, 0, 3)


@pytest.mark.parametrize("widths", [(6, 4), (4, 6)])
def test_groups_that_do_not_divide_are_refused(widths: tuple[int, int]) -> None:
    message = "3 does not divide 4; change one of them"
    with pytest.raises(ValueError, match=message):
        Conv1d(*widths, groups=3)
    settings: dict[str, Any] = {"groups": 3, "output": widths[1]}
    with pytest.raises(ValueError, match=message):
        Conv1d.shapes(settings, {"x": (2, 7, widths[0])})


def test_it_starts_as_torchs() -> None:
    bound = (100 * 5) ** -0.5
    for parameter in Conv1d(100, 200, 5).parameters():
        assert 0.98 * bound < parameter.detach().abs().max().item() <= bound
