"""Inputs with other values: later steps, or what stands in the padding."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoo.errors import ZooError
from zoo.probing.sites import BATCH, Axes, axes_of
from zoo.probing.subject import Subject
from zoo.tasks.trying import other_values


def shapes_of(subject: Subject) -> Mapping[str, Axes]:
    """The axes of what can be disturbed: inputs of numbers."""
    root = subject.resolution.root
    return {
        name: axes_of(root.inputs[name], root.values)
        for name, x in subject.inputs.items()
        if x.dtype is not torch.bool
    }


def steps_of(subject: Subject, axis: str, chosen: int | None) -> list[int]:
    """The steps from which inputs are disturbed: both odd, so that layers that work by blocks are hit
    inside one.
    """
    length = subject.real(axis).shape[1]
    if chosen is not None:
        if not 0 < chosen < length:
            raise ZooError(f"a step to disturb has some before it: 1 to {length - 1}, and not {chosen}")
        return [chosen]
    return sorted({length // 2 | 1, length - 1} & set(range(1, length)))


def later(subject: Subject, shapes: Mapping[str, Axes], axis: str, at: int) -> dict[str, Tensor]:
    """The inputs with other values from a step on."""
    found = dict(subject.inputs)
    for name, axes in shapes.items():
        if axis in axes:
            x, place = found[name], axes.index(axis)
            shape = [1] * x.dim()
            shape[place] = x.shape[place]
            after = torch.arange(x.shape[place], device=x.device).view(shape) >= at
            found[name] = torch.where(after, other_values(x), x)
    return found


def padded(subject: Subject, shapes: Mapping[str, Axes], axis: str, real: Tensor) -> dict[str, Tensor]:
    """The inputs with other values where they are padding."""
    found = dict(subject.inputs)
    for name, axes in shapes.items():
        if axis in axes and BATCH in axes:
            x = found[name]
            found[name] = torch.where(over(real, axes, axis, x.dim()), x, other_values(x))
    return found


def over(real: Tensor, axes: Axes, axis: str, dims: int) -> Tensor:
    """The mask as it lies over a tensor with these axes; true where all places along ``axis`` are real.

    What has no batch is the same for all examples: there, what is real in all of them counts.
    """
    found = torch.ones((), dtype=torch.bool, device=real.device)
    for place in (each for each, name in enumerate(axes) if name == axis):
        shape = [1] * dims
        shape[place] = real.shape[1]
        own = real.all(0)
        if BATCH in axes:
            batch = axes.index(BATCH)
            shape[batch] = real.shape[0]
            own = real if batch < place else real.T
        found = found & own.reshape(shape)
    return found
