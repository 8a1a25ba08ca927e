"""The states of layers that stream, whatever they hold: to the rows of a search, to another device.

A state is a tensor with the batch first, an int, None, or a NamedTuple of states; see
``zoo.contract.streaming``. Those of a stack of layers are a tuple.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    import torch
    from torch import Tensor

S = TypeVar("S")


def mapped(state: S, function: Callable[[Tensor], Tensor]) -> S:
    """The state with each tensor replaced by ``function`` of it; ints and None stay."""
    if state is None or isinstance(state, int):
        return state
    if isinstance(state, tuple):
        fields: Any = cast("tuple[Any, ...]", state)
        make = getattr(fields, "_make", tuple)
        return cast("S", make(mapped(field, function) for field in fields))
    return cast("S", function(cast("Any", state)))


def reordered(state: S, rows: Tensor) -> S:
    """The state whose row i is row ``rows[i]`` of this one: a row may be dropped, and another stand twice."""
    return mapped(state, lambda tensor: tensor.index_select(0, rows))


def moved(state: S, device: torch.device | str) -> S:
    """The state on another device."""
    return mapped(state, lambda tensor: tensor.to(device))
