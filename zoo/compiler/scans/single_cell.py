"""A scan that consists of a single cell: what merging needs to know of it.

Which kernel a cell's ``fused`` calls is not declared but observed: it is run on meta tensors, and its call of
``zoo.recurrence`` is recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from zoo.bare import REFUSED, build_bare
from zoo.checker.resolution import LayerUse
from zoo.recurrence import watched
from zoo.sizes import Size
from zoo.spec import Fusing

_BATCH, _TIME = 7, 3


@dataclass(frozen=True, slots=True)
class KernelCell:
    """A cell as its ``kernel`` takes it: the sequence ``x``, the states in the kernel's order, the weights.

    ``x`` and ``states`` are ports of the cell, or inputs and states of the scan. Weights are W, U and two
    biases, by their names or as code; None for a missing bias.
    """

    kernel: str
    x: str
    states: tuple[str, ...]
    weights: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class SingleCell:
    """A scan of a single cell; ``out`` is its stacked output, or empty if nothing reads it.

    ``starts`` are the learned initial states as code, None for zeros and for states that a wire brings.
    """

    own: KernelCell
    out: str
    starts: tuple[str | None, ...]


def kernel_of(use: LayerUse, fuses: Fusing, shapes: Mapping[str, Sequence[Size]]) -> KernelCell | None:
    """The kernel call that a cell's ``fused`` amounts to; None if it does anything else.

    ``shapes`` are those of its inputs at one step. It is run on meta tensors in both directions, once in
    training and once in evaluation mode.
    """
    mask = torch.empty(_BATCH, _TIME, dtype=torch.bool, device="meta")
    given: dict[str, Tensor] = {}
    for port, shape in shapes.items():
        sizes = [size if isinstance(size, int) else _BATCH for size in shape]
        sizes[1:1] = [_TIME] if port in fuses.cut else []
        given[port] = torch.empty(sizes, device="meta")
    try:
        module: Any = build_bare(use.spec, use.settings)
        found = {
            _watched(module.train(reverse), fuses, list(use.spec.outputs), given, mask, reverse=reverse)
            for reverse in (False, True)
        }
    except REFUSED:
        return None
    return found.pop() if len(found) == 1 else None


def _watched(
    module: nn.Module,
    fuses: Fusing,
    outputs: list[str],
    given: Mapping[str, Tensor],
    mask: Tensor,
    *,
    reverse: bool,
) -> KernelCell | None:
    cell: Any = module
    with watched() as calls:
        out, last = cell.fused(*given.values(), mask, reverse=reverse)
    if len(calls) != 1 or len(calls[0].ways) != 1:
        return None
    (call,), (way,), (after,) = calls, calls[0].ways, calls[0].last
    ports = {id(tensor): port for port, tensor in given.items()}
    names = {id(tensor): name for name, tensor in module.named_parameters()}
    x, states = ports.get(id(call.x)), [ports.get(id(state)) for state in way.states]
    own = (way.weight_ih, way.weight_hh, way.bias_ih, way.bias_hh)
    weights = [None if each is None else names.get(id(each), "") for each in own]
    if [x] != [*fuses.cut] or {*states} != {*fuses.states} or "" in weights:
        return None
    found = KernelCell(way.cell, fuses.cut[0], tuple(map(str, states)), tuple(weights))
    shown = dict(zip(outputs, [last] if isinstance(last, Tensor) else last, strict=True))
    expected = {fuses.states[port]: state for port, state in zip(found.states, after, strict=True)}
    same = all(shown[output] is state for output, state in expected.items())
    same = same and out is call.out and call.mask is mask and call.reverse == reverse
    return found if same else None


def within(own: KernelCell, ports: Mapping[str, str], module: str) -> KernelCell:
    """A module's cell in the names of the scan around it, with its weights as code."""
    weights = (None if each is None else f"{module}.{each}" for each in own.weights)
    return replace(
        own, x=ports[own.x], states=tuple(ports[port] for port in own.states), weights=tuple(weights)
    )
