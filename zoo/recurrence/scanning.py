"""A walk over steps that ``torch.export`` and ONNX keep as a loop, for any number of steps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias, cast

import torch
from torch import Tensor

Step: TypeAlias = "Callable[[tuple[Any, ...], tuple[Any, ...]], tuple[Sequence[Tensor], Sequence[Tensor]]]"
"""Makes the next states, and what is collected, of the states and a step."""


def scan(
    step: Step,
    states: Sequence[Tensor],
    steps: Sequence[Tensor | None],
    *,
    dim: int = 0,
    reverse: bool = False,
) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """Walk along axis ``dim`` of ``steps``: the last states, and all that was collected, along the same axis.

    Where ``steps`` has None, every step has. This is torch's own ``scan``, which has no public name yet, with
    its conditions met: no two tensors that it sees are views of one, states keep their layout, and there is
    something to carry and to collect (a zero where there is nothing). It traces ``step`` at every call and
    runs it by an interpreter, several times slower than a loop in Python; of what lies around it, ``step``
    may not take two views of one tensor.
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
    """Within, sizes stay numbers after other sizes: of named ones torch has no gradients for some steps."""
    if torch.compiler.is_compiling():
        return nullcontext()
    from torch._dynamo import config

    return cast("Any", config).patch(automatic_dynamic_shapes=False)


def _own(x: Tensor) -> Tensor:
    return x.clone(memory_format=torch.contiguous_format)
