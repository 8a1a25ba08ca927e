"""What leaks: later steps into earlier ones, padding into what is real. Inputs are disturbed, and every
wire looked at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from zoo.probing.disturbing import later, over, padded, shapes_of, steps_of
from zoo.probing.recording import record
from zoo.probing.sites import axes_of, sequences
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording, Wire
from zoo.testing.threads import one_thread

Kind: TypeAlias = Literal["future", "padding"]
OUTPUT = "output"
NOISE = {torch.float64: 1e-9}
"""Of values near 1: sums over other zeros may be ordered otherwise. ``COARSE`` for shorter floats."""
COARSE = 1e-5


@dataclass(frozen=True, slots=True)
class Leak:
    """A wire that changed before the step that was disturbed, or where padding must not show.

    ``axis`` is the disturbed one, ``step`` the first disturbed step (of padding: None), ``earliest`` the
    first step that changed (None for padding), ``change`` the largest difference. ``output`` tells an
    output of the graph, ``first`` the layer by which it came in: none before it changed.
    """

    kind: Kind
    wire: str
    what: str
    axis: str
    step: int | None
    earliest: int | None
    change: float
    output: bool = False
    first: bool = False


@dataclass(frozen=True, slots=True)
class Leaks:
    """What was tried, and what leaked. ``forbidden`` are the axes along which the graph says that it is
    causal.
    """

    axes: tuple[str, ...]
    masks: tuple[str, ...]
    found: tuple[Leak, ...]
    forbidden: tuple[str, ...]

    @property
    def faults(self) -> tuple[Leak, ...]:
        """What must not be: padding in an output, and the future in one along an axis that is causal."""
        return tuple(
            each
            for each in self.found
            if each.output and (each.kind == "padding" or each.axis in self.forbidden)
        )


@one_thread()
def leaks(subject: Subject, *, step: int | None = None) -> Leaks:
    """Disturb the inputs from each of some steps on (or from ``step``) and at padding; list every wire that
    changed.

    A wire counts where it has the disturbed axis, at steps before the disturbed one; for padding at real
    steps, or whole where it has no steps. A later step that only some weights could show may stay unseen:
    what is listed leaks, what is not listed did not. Raises ZooError for a step that is not there.
    """
    with torch.no_grad():
        before = record(subject)
        shapes = shapes_of(subject)
        found: dict[tuple[str, str, str, bool], Leak] = {}
        axes = [
            axis for axis in sequences(subject.resolution) if any(axis in each for each in shapes.values())
        ]
        for axis in axes:
            for at in steps_of(subject, axis, step if len(axes) == 1 or axis == axes[-1] else None):
                after = record(subject, later(subject, shapes, axis, at))
                for leak in _changed(subject, before, after, axis, at):
                    found.setdefault(("future", axis, leak.wire, leak.output), leak)
        masks: list[str] = []
        for axis in axes:
            real = subject.real(axis)
            if bool(real.all()):
                continue
            masks.append(axis)
            after = record(subject, padded(subject, shapes, axis, real))
            for leak in _shown(subject, before, after, axis, real):
                found.setdefault(("padding", axis, leak.wire, leak.output), leak)
    return Leaks(tuple(axes), tuple(masks), tuple(found.values()), tuple(subject.resolution.graph.causal))


def _pairs(subject: Subject, before: Recording, after: Recording) -> Iterator[tuple[Wire, Wire]]:
    """Every wire before and after, the outputs of the graph at the end."""
    for wire in before.distinct():
        if wire.path:
            yield wire, after.wires[wire.name]
    root, along = subject.resolution.root, sequences(subject.resolution)
    for name, x in before.outputs.items():
        if x.is_floating_point():
            axes = axes_of(root.types[name], root.values)
            axis = next((each for each in axes if each in along), None)
            other = after.outputs[name]
            yield Wire(name, OUTPUT, (), axes, (x,), axis), Wire(name, OUTPUT, (), axes, (other,), axis)


def _changed(subject: Subject, before: Recording, after: Recording, axis: str, at: int) -> Iterator[Leak]:
    first = True
    for old, new in _pairs(subject, before, after):
        if old.axis != axis:
            continue
        difference = (old.whole()[:, :at] - new.whole()[:, :at]).abs().flatten(2).amax((0, 2))
        moved = (difference > _noise(old)).nonzero().flatten()
        if len(moved):
            first, entry = first and "/" not in old.what, first and "/" in old.what
            change = float(difference.max())
            yield Leak(
                "future", old.name, old.what, axis, at, int(moved[0]), change, old.what == OUTPUT, entry
            )


def _shown(subject: Subject, before: Recording, after: Recording, axis: str, real: Tensor) -> Iterator[Leak]:
    first = True
    for old, new in _pairs(subject, before, after):
        x, y = old.whole(), new.whole()
        kept = torch.ones((), dtype=torch.bool, device=x.device)
        if old.steps and old.axis == axis:
            kept = real.reshape(*real.shape, *[1] * (x.dim() - 2))
        elif axis in old.axes:
            if old.steps:
                continue  # it has this axis beside that of its loop, as the weights of attention in a decoder
            x, y = old.tensors[0], new.tensors[0]
            kept = over(real, old.axes, axis, x.dim())
        change = float(torch.where(kept, (x - y).abs(), 0).max())
        if change > _noise(old):
            first, entry = first and "/" not in old.what, first and "/" in old.what
            yield Leak("padding", old.name, old.what, axis, None, None, change, old.what == OUTPUT, entry)


def _noise(wire: Wire) -> float:
    largest = max(float(x.abs().max()) for x in wire.tensors if x.numel())
    return NOISE.get(wire.tensors[0].dtype, COARSE) * (1 + largest)
