"""A recurrence as a loop that ``torch.export`` and ONNX keep, for any number of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor

Step: TypeAlias = "Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Sequence[Tensor], Sequence[Tensor]]]"
"""Computes the next states, and what is collected, from the states and a step."""


def scan(
    step: Step,
    states: Sequence[Tensor],
    steps: Sequence[Tensor | None],
    *,
    dim: int = 0,
    reverse: bool = False,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Iterate along axis ``dim`` of ``steps``: returns the last states, and what was collected, stacked.

    A None in ``steps`` is None at every step. This is torch's own ``scan``, which has no public name yet,
    called so that its conditions hold: none of its tensors are views of one another, states keep their
    layout, and something is carried and collected (a zero if there is nothing). It traces ``step`` at every
    call and interprets it, several times slower than a Python loop. ``step`` must not capture two views of
    one tensor.
    """
    from torch._higher_order_ops.scan import scan as loop

    given = [each.clone() for each in steps if each is not None]
    nothing = [torch.zeros((), device=given[0].device)]

    def one(olds: Sequence[Tensor], parts: Sequence[Tensor]) -> tuple[list[Tensor], list[Tensor]]:
        rest = iter(parts)
        new, outs = step(tuple(olds[: len(states)]), tuple(None if x is None else next(rest) for x in steps))
        zero = [x.new_zeros(()) for x in nothing]
        return [_own(x) for x in new or zero], [_own(x) for x in outs or zero]

    with _sizes_as_they_are():
        last, outs = cast("Any", loop)(
            one, [_own(x) for x in states or nothing], given, dim=dim, reverse=reverse
        )
    return tuple(last[: len(states)]), tuple(outs)


def _sizes_as_they_are() -> AbstractContextManager[None]:
    """Context manager: sizes stay numbers, as torch lacks gradients of some steps for symbolic ones."""
    if torch.compiler.is_compiling():
        return nullcontext()
    from torch._dynamo import config

    return cast("Any", config).patch(automatic_dynamic_shapes=False)


def _own(x: Tensor) -> Tensor:
    return x.clone(memory_format=torch.contiguous_format)
