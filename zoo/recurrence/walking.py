"""Layers of cells over a sequence, by calling the cells step by step."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias, cast

import torch
import torch.nn.functional as F
from torch import Tensor

from zoo.recurrence.scanning import scan

Cell: TypeAlias = "Callable[..., Tensor | tuple[Tensor, ...]]"
"""A module or function that computes the next states from a step and the states before it."""

asked: list[None] = []
"""Not empty while ``stepwise`` is active."""


@contextmanager
def stepwise() -> Generator[None]:
    """Context manager: cells are called step by step as modules, with their hooks, instead of kernels."""
    asked.append(None)
    try:
        yield
    finally:
        asked.pop()


def transformed(*, by_vmap: bool = False) -> bool:
    """Whether a transform of ``torch.func`` is active, or in particular ``vmap``."""
    functorch = cast("Any", torch)._C._functorch  # it has no public name
    active = functorch.peek_interpreter_stack()
    return active is not None and (not by_vmap or active.key() == functorch.TransformType.Vmap)


def walk(
    cells: Sequence[Cell],
    x: Tensor,
    mask: Tensor | None,
    states: Sequence[Tensor],
    *,
    bidirectional: bool,
    dropout: float,
) -> tuple[Tensor, ...]:
    """Like ``kernels.run``, by calling the cells."""
    if mask is not None:
        x = x.masked_fill(~mask.unsqueeze(-1), 0)
    last: list[tuple[Tensor, ...]] = []
    directions = 1 + bidirectional
    for first in range(0, len(cells), directions):
        source = F.dropout(x, dropout) if first else x
        parts: list[Tensor] = []
        for at in range(first, first + directions):
            start = tuple(state[:, at] for state in states)
            part, after = _one_way(cells[at], source, mask, start, backward=at > first)
            parts.append(part)
            last.append(after)
        x = torch.cat(parts, -1)
    return x, *(torch.stack(each, 1) for each in zip(*last, strict=True))


def _one_way(
    cell: Cell, x: Tensor, mask: Tensor | None, states: tuple[Tensor, ...], *, backward: bool
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """One cell over time: the outputs, and the states after the last real step."""
    if torch.compiler.is_exporting():
        return _exported(cell, x, mask, states, backward=backward)
    outs: list[Tensor] = []
    reals = [None] * x.shape[1] if mask is None else mask.unsqueeze(-1).unbind(1)
    steps = [*zip(x.unbind(1), reals, strict=True)]
    for x_t, real in reversed(steps) if backward else steps:
        found = cell(x_t, *states)
        new = (found,) if isinstance(found, Tensor) else found
        outs.append(new[0] if real is None else new[0].masked_fill(~real, 0))
        states = (
            new
            if real is None
            else tuple(torch.where(real, one, other) for one, other in zip(new, states, strict=True))
        )
    if not outs:
        return x.new_zeros(*x.shape[:2], states[0].shape[-1]), states
    return torch.stack(outs[::-1] if backward else outs, 1), states


def _exported(
    cell: Cell, x: Tensor, mask: Tensor | None, states: tuple[Tensor, ...], *, backward: bool
) -> tuple[Tensor, tuple[Tensor, ...]]:
    def body(old: Sequence[Tensor], step: Sequence[Tensor]) -> Sequence[Tensor]:
        found = cell(step[0], *old)
        new = (found,) if isinstance(found, Tensor) else found
        if mask is None:
            return new
        return [torch.where(step[1].unsqueeze(-1), one, other) for one, other in zip(new, old, strict=True)]

    steps = [each.flip(1) if backward else each for each in (x, mask) if each is not None]
    out, last = exported(body, states, steps)
    out = out.flip(1) if backward else out
    return out if mask is None else out.masked_fill(~mask.unsqueeze(-1), 0), last


def exported(
    body: Callable[[Sequence[Tensor], Sequence[Tensor]], Sequence[Tensor]],
    states: Sequence[Tensor],
    steps: Sequence[Tensor],
) -> tuple[Tensor, tuple[Tensor, ...]]:
    """A loop over axis 1 of ``steps`` that ``torch.export`` keeps as a loop, for any number of steps.

    ``body`` computes the next states from the states and a step. Returns the first state at every step, and
    all last states.
    """

    def one(states: Sequence[Tensor], step: Sequence[Tensor]) -> tuple[Sequence[Tensor], Sequence[Tensor]]:
        new = body(states, step)
        return new, new[:1]

    last, (outs,) = scan(one, states, steps, dim=1)
    return outs, last
