"""What goes through every node, forward and backward, as numbers: mean, spread, zeros, units that never
speak.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from zoo.probing.recording import record
from zoo.probing.subject import Subject
from zoo.testing.threads import one_thread


@dataclass(frozen=True, slots=True)
class Numbers:
    """A tensor in numbers: those that are finite make ``mean``, ``std`` and ``most`` (the largest |x|).

    ``zeros`` is the share of exact zeros. ``dead`` counts the units (places of the last axis) that are zero
    in all examples and steps, ``broken`` what is no number or infinite.
    """

    mean: float
    std: float
    most: float
    zeros: float
    dead: int
    units: int
    broken: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """A wire: what it carries, and the gradient of the loss with respect to it; None where none arrives."""

    wire: str
    what: str
    shape: tuple[int, ...]
    activation: Numbers
    gradient: Numbers | None


@one_thread()
def statistics(subject: Subject, *, on: str = "") -> tuple[Statistics, ...]:
    """Every wire of floats in the order of the pass. J is the whole loss, or a random sum of the output
    ``on``.
    """
    recording = record(subject)
    towards = subject.towards(recording.outputs, on)
    wires = recording.distinct()
    tensors = [x for wire in wires for x in wire.tensors if x.requires_grad]
    outputs = [recording.outputs[name] for name in towards]
    found = iter(torch.autograd.grad(outputs, tensors, [*towards.values()], allow_unused=True))
    rows: list[Statistics] = []
    for wire in wires:
        parts = [next(found) if x.requires_grad else None for x in wire.tensors]
        reached = [x for x in parts if x is not None]
        back = [torch.zeros_like(x) if g is None else g for g, x in zip(parts, wire.tensors, strict=True)]
        whole = wire.whole().detach()
        gradient = numbers(wire.whole(back)) if reached else None
        rows.append(Statistics(wire.name, wire.what, tuple(whole.shape), numbers(whole), gradient))
    return tuple(rows)


def numbers(x: Tensor) -> Numbers:
    """A tensor in numbers; its last axis is that of units."""
    kept = x[x.isfinite()].double()
    units = x.flatten(0, -2) if x.dim() > 1 else x.unsqueeze(0)
    return Numbers(
        mean=float(kept.mean()) if kept.numel() else float("nan"),
        std=float(kept.std(correction=0)) if kept.numel() else float("nan"),
        most=float(kept.abs().amax()) if kept.numel() else float("nan"),
        zeros=float((x == 0).double().mean()) if x.numel() else 0.0,
        dead=int((units == 0).all(0).sum()),
        units=units.shape[-1],
        broken=x.numel() - kept.numel(),
    )
