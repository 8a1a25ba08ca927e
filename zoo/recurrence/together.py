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
    """One direction of one layer: the kind of cell, W, U, two optional biases, and the initial states.

    The rows of weights are in PyTorch's order of gates. A state is batch × hidden or expands to it, as a
    learned one does; None is zeros, and so are all states if none is given.
    """

    cell: Known
    weight_ih: Tensor
    weight_hh: Tensor
    bias_ih: Tensor | None = None
    bias_hh: Tensor | None = None
    states: tuple[Tensor | None, ...] = ()


class Call(NamedTuple):
    """The arguments and results of a call of ``together``."""

    x: Tensor
    mask: Tensor | None
    ways: tuple[OneWay, ...]
    reverse: bool
    out: Tensor
    last: tuple[tuple[Tensor, ...], ...]


_instead: list[Callable[..., Any]] = []
"""What is called instead of kernels, while calls are recorded."""


def together(
    x: Tensor,
    mask: Tensor | None,
    *ways: OneWay,
    bidirectional: bool = False,
    reverse: bool = False,
) -> tuple[Tensor, tuple[tuple[Tensor, ...], ...]]:
    """Run stacked layers of equal cells: returns the top layer's h at every step, and all last states.

    A layer is one cell, or with ``bidirectional`` two: the second runs from the end, and their outputs are
    concatenated. With ``reverse``, layers of one cell run from the end. Outputs are zero at padding.
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
    """Context manager: calls of ``together`` are recorded instead of computed; results have only shapes."""
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
    """The weights, with zeros for missing biases, as kernels take both."""
    none = way.bias_ih is None or way.bias_hh is None
    zeros = way.weight_hh.new_zeros(way.weight_hh.shape[0]) if none else way.weight_hh
    biases = (zeros if each is None else each for each in (way.bias_ih, way.bias_hh))
    return [way.weight_ih, way.weight_hh, *biases]


def _starts(way: OneWay, x: Tensor) -> list[Tensor]:
    """The initial states."""
    states = way.states or ((None, None) if way.cell == "lstm" else (None,))
    shape = x.shape[0], way.weight_hh.shape[1]
    return [x.new_zeros(shape) if each is None else each.expand(shape) for each in states]


def _step(cell: Callable[..., Any], weights: Sequence[Tensor], x: Tensor, *states: Tensor) -> Any:
    """The states after a step."""
    return cell(x, states[0] if len(states) == 1 else states, *weights)
