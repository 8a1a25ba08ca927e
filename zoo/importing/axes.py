"""Rules for views: permuted axes, widths split into heads, indexing and slicing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import Any, cast

import torch
from torch import Tensor

from zoo.importing.at import At
from zoo.importing.seen import Seen, Unknown


def view(at: At, input: Tensor, *_: Any, **__: Any) -> Seen:
    """The last axis split into heads, or heads merged."""
    seen, shape = at.seen(input), tuple(at.result.shape)
    if shape == tuple(input.shape):
        return seen.of(seen.ref, at.result)
    keeps = shape[: input.dim() - 1] == tuple(input.shape[:-1])
    if seen.plain and keeps and prod(shape[input.dim() - 1 :]) == input.shape[-1]:
        return replace(seen, tensor=at.result, folds=shape[input.dim() - 1 :], order=())
    if seen.folds and seen.straight and shape == seen.shape:
        return Seen(seen.ref, at.result)
    raise Unknown(
        f"a shape {list(input.shape)} becomes {list(shape)}; heads are cut from a width, and joined"
    )


def transpose(at: At, input: Tensor, dim0: int, dim1: int) -> Seen:
    """Two axes swapped."""
    order = list(range(input.dim()))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return at.seen(input).turned(at.result, tuple(order))


def swapped(at: At, input: Tensor) -> Seen:
    """The last two axes swapped."""
    return transpose(at, input, -2, -1)


def permute(at: At, input: Tensor, *dims: Any) -> Seen:
    """All axes in another order."""
    order = cast("Sequence[int]", dims[0] if isinstance(dims[0], list | tuple) else dims)
    return at.seen(input).turned(at.result, tuple(axis % input.dim() for axis in order))


def unbind(at: At, input: Tensor, dim: int = 0) -> list[Seen]:
    """Each element of an axis."""
    found = at.seen(input)
    return [select(at, found, dim, index, each) for index, each in enumerate(at.result)]


def chunk(at: At, input: Tensor, _: Any, dim: int = 0) -> list[Seen]:
    """An axis in several parts."""
    parts, start = list[Seen](), 0
    seen = at.seen(input)
    for each in at.result:
        parts.append(narrow(at, seen, dim % input.dim(), start, start + each.shape[dim], each))
        start += each.shape[dim]
    return parts


def split(at: At, input: Tensor, split_size: Any, dim: int = 0) -> list[Seen]:
    """An axis in several parts."""
    return chunk(at, input, split_size, dim)


def getitem(at: At, input: Tensor, index: Any) -> Seen:
    """Parts by index and slice."""
    entries = list(cast("tuple[Any, ...]", index)) if isinstance(index, tuple) else [index]
    if any(isinstance(each, Tensor | list | bool) for each in entries):
        raise Unknown("elements are chosen by a tensor")
    if any(each is Ellipsis for each in entries):
        place = next(number for number, each in enumerate(entries) if each is Ellipsis)
        missing = input.dim() - sum(each is not None for each in entries) + 1
        entries[place : place + 1] = [slice(None)] * missing
    seen, axis = at.seen(input), 0
    for each in entries:
        if each is None:
            seen = unsqueezed(at, seen, axis)
            axis += 1
        elif isinstance(each, int):
            seen = select(at, seen, axis, each, seen.tensor.select(axis, each))
        else:
            if each.step not in (None, 1):
                raise Unknown("elements are taken in steps")
            part = seen.tensor[(slice(None),) * axis + (each,)]
            seen = narrow(at, seen, axis, each.start, each.stop, part)
            axis += 1
    return seen.of(seen.ref, at.result)


def select_rule(at: At, input: Tensor, dim: int, index: int) -> Seen:
    """One element of an axis."""
    return select(at, at.seen(input), dim, index, at.result)


def slice_rule(
    at: At, input: Tensor, dim: int = 0, start: int | None = None, end: int | None = None, step: int = 1
) -> Seen:
    """A part of an axis, as operators have it."""
    if step != 1:
        raise Unknown("elements are taken in steps")
    stop = None if end is None or end > input.shape[dim] else end
    return narrow(at, at.seen(input), dim % input.dim(), start, stop, at.result)


def unsqueeze(at: At, input: Tensor, dim: int) -> Seen:
    """An axis of size 1."""
    return unsqueezed(at, at.seen(input), dim % (input.dim() + 1))


def unsqueezed(at: At, seen: Seen, axis: int) -> Seen:
    """Insert an axis of size 1: into a mask, for broadcasting; into a vector, as a sequence of one step."""
    tensor = seen.tensor.unsqueeze(axis)
    if (seen.tensor.dtype is torch.bool or seen.additive) and (seen.straight or seen.spread):
        return Seen(seen.ref, tensor, negated=seen.negated, spread=True, additive=seen.additive)
    if seen.plain and axis == 1 and seen.tensor.is_floating_point():
        return Seen(at.place("basic/unsqueeze", {"": seen.ref}), tensor)
    raise Unknown("an axis of size 1 has no twin here")


def select(at: At, seen: Seen, axis: int, index: int, tensor: Tensor) -> Seen:
    """One element of an axis: the last step, a state, or queries out of queries, keys and values."""
    rank, of = seen.tensor.dim(), seen.axes[axis]
    if seen.spread or seen.negated:
        raise Unknown("an element of a mask is taken")
    cut = rank - len(seen.folds)
    size = seen.tensor.shape[axis]
    order = tuple(each - (each > of) for each in seen.axes if each != of)
    if seen.folds and of == cut:
        rest = seen.folds[1:]
        width = prod(rest)
        start = (index % size) * width
        ref = at.place("basic/slice", _one(seen), _between(start, start + width, size * width))
        return Seen(ref, tensor, rest if len(rest) > 1 else (), order)
    if seen.folds or of != 1 or rank < 2:
        raise Unknown("an element of this axis is not taken by a layer")
    if seen.tensor.dim() == 3 and size in at.axes.values() and index in (-1, size - 1):
        return Seen(at.place("basic/last", _one(seen)), tensor, (), order)
    settings = {} if index == 0 else {"index": index}
    return Seen(at.place("basic/select", _one(seen), settings), tensor, (), order)


def narrow(at: At, seen: Seen, axis: int, start: int | None, stop: int | None, tensor: Tensor) -> Seen:
    """A part of an axis: of the width, or of the steps."""
    if tensor.shape == seen.tensor.shape:
        return seen.of(seen.ref, tensor)
    of, wide = seen.axes[axis], len(seen.shape) - 1
    if seen.folds or seen.negated or seen.spread or of not in (1, wide):
        raise Unknown("a part of this axis is not taken by a layer")
    settings = _between(start or 0, stop, seen.tensor.shape[axis])
    return seen.of(
        at.place("basic/slice" if of == wide else "basic/slice_time", _one(seen), settings), tensor
    )


def _one(seen: Seen) -> dict[str, Any]:
    return {"": seen.ref}


def _between(start: int, stop: int | None, size: int) -> dict[str, int]:
    return ({} if start == 0 else {"start": start}) | (
        {} if stop in (None, size) else {"stop": int(stop or 0)}
    )


RULES: Mapping[str, Any] = {
    "view": view,
    "transpose": transpose,
    "T": swapped,
    "t": swapped,
    "permute": permute,
    "unbind": unbind,
    "chunk": chunk,
    "split": split,
    "split_with_sizes": split,
    "getitem": getitem,
    "select": select_rule,
    "slice": slice_rule,
    "unsqueeze": unsqueeze,
}
