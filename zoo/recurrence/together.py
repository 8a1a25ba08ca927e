"""Cells over a sequence in one call: one alone, two in both directions, or several one above another.

    out, (ahead, back) = together(x, mask, ahead, back, bidirectional=True)

``x`` is batch × time × input, and states are batch × hidden.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, NamedTuple, TypeAlias

import torch
from torch import Tensor

from zoo.recurrence.kernels import run

Known: TypeAlias = Literal["rnn_tanh", "rnn_relu", "gru", "lstm"]
"""The cells that have a kernel."""

_FUNCTIONS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "rnn_tanh": (torch.rnn_tanh, torch.rnn_tanh_cell),
    "rnn_relu": (torch.rnn_relu, torch.rnn_relu_cell),
    "gru": (torch.gru, torch.gru_cell),
    "lstm": (torch.lstm, torch.lstm_cell),
}
"""PyTorch's: of all steps, and of one."""


class OneWay(NamedTuple):
    """A cell that walks in one direction: which it is, W, U and two biases, which may be missing, and the
    states that it starts from.

    The rows of weights are in PyTorch's order of gates. A state is batch × hidden, or expands to it, as a
    learned one does; None is zeros, as all are where none is given.
    """

    cell: Known
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    states: tuple[Tensor | None, ...] = ()


class Call(NamedTuple):
    """What ``together`` was called with, and what it returned."""

    x: Tensor
    mask: Tensor | None
    ways: tuple[OneWay, ...]
    reverse: bool
    out: Tensor
    last: tuple[tuple[Tensor, ...], ...]


_instead: list[Callable[..., Any]] = []
"""What is called in the place of kernels, while somebody looks."""


def together(
    x: Tensor,
    mask: Tensor | None,
    *ways: OneWay,
    bidirectional: bool = False,
    reverse: bool = False,
) -> tuple[Tensor, tuple[tuple[Tensor, ...], ...]]:
    """The walks of equal cells, each layer above the one before: the highest one's h at every step, and the
    states of all after the last real step.

    A layer is one cell, with ``bidirectional`` two: the second walks from the end, and their outputs stand
    side by side. With ``reverse``, layers of one cell walk from the end. Outputs are zeros at padding.
    """
    if _instead:
        return _instead[-1](x, mask, ways, bidirectional=bidirectional, reverse=reverse)
    kernel, cell = _FUNCTIONS[ways[0].cell]
    weights = [_weights(way) for way in ways]
    starts = [torch.stack(states, 1) for states in zip(*(_starts(way, x) for way in ways), strict=True)]
    out, *after = run(
        kernel,
        [partial(_step, cell, each) for each in weights],
        [weight for each in weights for weight in each],
        x,
        mask,
        starts,
        layers=len(ways) // (1 + bidirectional),
        bidirectional=bidirectional,
        dropout=0.0,
        reverse=reverse,
    )
    return out, tuple(tuple(state[:, at] for state in after) for at in range(len(ways)))


@contextmanager
def watched() -> Generator[list[Call]]:
    """Within: calls of ``together`` are written down, and nothing is computed: what they return has shapes
    alone. So one can see what the walk of a cell is.
    """
    calls: list[Call] = []

    def look(
        x: Tensor, mask: Tensor | None, ways: tuple[OneWay, ...], *, bidirectional: bool, reverse: bool
    ) -> tuple[Tensor, tuple[tuple[Tensor, ...], ...]]:
        hidden = ways[0].weight_hh.shape[1]
        last = tuple(tuple(torch.empty_like(state) for state in _starts(way, x)) for way in ways)
        out = x.new_empty(*x.shape[:2], (1 + bidirectional) * hidden)
        calls.append(Call(x, mask, ways, reverse, out, last))
        return out, last

    _instead.append(look)
    try:
        yield calls
    finally:
        _instead.remove(look)


def _weights(way: OneWay) -> list[Tensor]:
    """With zeros for biases that are missing: kernels take both."""
    none = way.bias_ih is None or way.bias_hh is None
    zeros = way.weight_hh.new_zeros(way.weight_hh.shape[0]) if none else way.weight_hh
    biases = (zeros if each is None else each for each in (way.bias_ih, way.bias_hh))
    return [way.weight_ih, way.weight_hh, *biases]


def _starts(way: OneWay, x: Tensor) -> list[Tensor]:
    """The states before the first step."""
    states = way.states or ((None, None) if way.cell == "lstm" else (None,))
    shape = x.shape[0], way.weight_hh.shape[1]
    return [x.new_zeros(shape) if each is None else each.expand(shape) for each in states]


def _step(cell: Callable[..., Any], weights: Sequence[Tensor], x: Tensor, *states: Tensor) -> Any:
    """The states after a step."""
    return cell(x, states[0] if len(states) == 1 else states, *weights)
