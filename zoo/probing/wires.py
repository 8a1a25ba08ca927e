"""What was seen of a pass: wires by name, with the tensors that went through each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

import torch
from torch import Tensor

from zoo.errors import ZooError, did_you_mean
from zoo.probing.sites import BATCH, Axes, Path, Site


@dataclass(frozen=True, slots=True)
class Wire:
    """What went through a wire: one tensor, or one a step of the loop it is in.

    ``axes`` are the axes of a tensor by name. ``axis`` is the one along which a sequence runs, None where
    there is none; in a loop (``steps``) it is the loop's, which a loop around it may run several times
    (``runs``). ``state`` tells that it is handed on from step to step.
    """

    name: str
    what: str
    path: Path
    axes: Axes
    tensors: tuple[Tensor, ...]
    axis: str | None
    steps: bool = False
    reverse: bool = False
    state: bool = False
    runs: int = 1

    @property
    def differentiable(self) -> bool:
        """Whether a gradient can reach it."""
        return all(x.requires_grad for x in self.tensors)

    def last_run(self) -> Wire:
        """What went through it when its loop was run for the last time."""
        return replace(self, tensors=self.tensors[-(len(self.tensors) // self.runs) :], runs=1)

    def whole(self, parts: Sequence[Tensor] | None = None) -> Tensor:
        """The tensors (or others of their shapes) as one: batch × step × (run of its loop ×) the rest, in
        order.
        """
        parts = self.tensors if parts is None else parts
        at = self.axes.index(BATCH) if BATCH in self.axes else None
        if self.steps:
            ordered = [x.unsqueeze(0) if at is None else x.movedim(at, 0) for x in parts]
            length = len(parts) // self.runs
            runs = [torch.stack(ordered[start : start + length], 1) for start in range(0, len(parts), length)]
            found = runs[0] if self.runs == 1 else torch.stack(runs, 2)
            return found.flip(1) if self.reverse else found
        (x,) = parts
        if self.axis is None:
            return (x.unsqueeze(0) if at is None else x.movedim(at, 0)).unsqueeze(1)
        along = self.axes.index(self.axis)
        return x.movedim(along, 0).unsqueeze(0) if at is None else x.movedim((at, along), (0, 1))


@dataclass(frozen=True, slots=True)
class Recording:
    """The outputs of a pass, and every wire of floats by name, in the order of the pass.

    ``walks`` are the loops with the names of the states that each hands on, ``sites`` all nodes.
    """

    outputs: Mapping[str, Tensor]
    wires: Mapping[str, Wire]
    walks: Mapping[str, tuple[str, ...]]
    sites: tuple[Site, ...]

    def distinct(self) -> list[Wire]:
        """Every wire once: a state goes under the name of the node that it comes from."""
        found: dict[tuple[int, ...], Wire] = {}
        for wire in self.wires.values():
            found.setdefault(tuple(map(id, wire.tensors)), wire)
        return list(found.values())

    def find(self, pattern: str) -> list[Wire]:
        """The wires that a path names, ``*`` standing for anything. ZooError where there is none."""
        if pattern in self.wires:
            return [self.wires[pattern]]
        found = [wire for name, wire in self.wires.items() if fnmatchcase(name, pattern)]
        if not found:
            raise ZooError(
                "a wire is named by its path, as in encoder.0.attend or decoder.cell.h, and "
                f"'{pattern}' names none{did_you_mean(pattern, self.wires)}"
            )
        return found
