"""How far back a gradient reaches: the norm of ∂J/∂h over the distance from where J is.

J is what one step of an output says, the last real one unless somebody asks for another. One backward pass
gives the gradient at every step of every wire, and so all distances at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from zoo import arguments
from zoo.errors import ZooError
from zoo.probing.courses import Course, by_distance, course, last_steps
from zoo.probing.recording import record
from zoo.probing.sites import BATCH, Axes, axes_of, sequences
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording, Wire
from zoo.testing.threads import one_thread


@dataclass(frozen=True, slots=True)
class Reach:
    """The gradient of J at a wire: its course along ``axis``, the mean over the examples.

    ``state`` tells that a loop hands it on, ``ahead`` that J also depends on later steps of it than its own,
    ``forward`` that distances count from the first step onwards, for it is read from the end.
    """

    wire: str
    what: str
    axis: str
    state: bool
    course: Course
    ahead: bool
    forward: bool = False


@one_thread()
def gradients(
    subject: Subject, wires: Sequence[str] = (), *, at: int | None = None, on: str = ""
) -> tuple[Reach, ...]:
    """The norm of ∂J/∂h over distance, for some wires by path (``*`` stands for anything).

    By default for every state that is handed on, and every output of the graph's own nodes that has a
    sequence; of these, without those of which J takes its own step alone. J is what the output ``on`` says at
    step ``at`` (the last real one): its part of the loss, or a random sum. Distances count back from that
    step; along another axis from its last real step, or, of what is read from the end, onwards from its
    first. Raises ZooError for a wire, a step or an output that is not there.
    """
    wires = arguments.several(wires, "wires", arguments.text)
    at = None if at is None else arguments.whole(at, "at", 0)
    recording = record(subject)
    chosen = _named(recording, wires) if wires else _usual(recording)
    cotangents = _at_step(subject, subject.towards(recording.outputs, on), at)
    own = _axis_of(subject, cotangents)
    from_the_end = _read_from_the_end(subject, recording, [wire for wire in chosen if wire.axis != own])
    found = torch.autograd.grad(
        [recording.outputs[name] for name in cotangents],
        [x for wire in chosen for x in wire.tensors],
        [*cotangents.values()],
        allow_unused=True,
        materialize_grads=True,
    )
    left, looped = iter(found), {wire.axis for wire in recording.wires.values() if wire.state}
    reaches: list[Reach] = []
    for wire in chosen:
        norms = wire.whole([next(left) for _ in wire.tensors]).flatten(2).square().sum(2).sqrt()
        axis = wire.axis or ""
        same = axis == own
        forward = wire.reverse or wire.name in from_the_end
        here = last_steps(subject, axis, at if same else None, first=forward and not same)
        parts = by_distance(norms, here, subject.real(axis), reverse=forward)
        means = [float(each.mean()) for each in parts]
        steps = torch.arange(norms.shape[1], device=norms.device)
        behind = steps > (here if len(norms) > 1 else here.amax(0, keepdim=True)).unsqueeze(1)
        ahead = same and bool(torch.where(behind, norms, 0).any())
        reaches.append(
            Reach(
                wire.name, wire.what, axis, wire.state, course(means, looped=axis in looped), ahead, forward
            )
        )
    return tuple(each for each in reaches if wires or each.state or not _alone(each.course))


def _read_from_the_end(subject: Subject, recording: Recording, wires: Sequence[Wire]) -> frozenset[str]:
    """The wires that loops read from their last step on, as Sutskever, Vinyals & Le (2014) read a source.

    The first step of such a loop depends on their last real step, and no first step of any loop on their
    first: what lies far behind J there is what stands at the end.
    """
    asked = [wire for wire in wires if not wire.steps]
    heard = {wire.name: [False, False] for wire in asked}
    for state in recording.wires.values():
        own = [wire for wire in asked if wire.axis == state.axis]
        if not (state.state and state.differentiable and own):
            continue
        found = torch.autograd.grad(
            state.tensors[0].sum(),
            [wire.tensors[0] for wire in own],
            retain_graph=True,
            allow_unused=True,
            materialize_grads=True,
        )
        last = last_steps(subject, state.axis or "")
        for wire, gradient in zip(own, found, strict=True):
            there = wire.whole([gradient]).flatten(2).any(2)
            long = (last > 0).expand(len(there))  # of a single step, the first is the last
            ends = there.gather(1, last.expand(len(there)).unsqueeze(1)).squeeze(1)
            heard[wire.name][0] |= bool((there[:, 0] & long).any())
            heard[wire.name][1] |= bool((ends & long).any())
    return frozenset(name for name, (first, last) in heard.items() if last and not first)


def _alone(found: Course) -> bool:
    """Whether J takes its own step alone, though there are others."""
    return found.verdict == "local" and len(found.norms) > 1


def _named(recording: Recording, patterns: Sequence[str]) -> list[Wire]:
    found = {wire.name: wire for pattern in patterns for wire in recording.find(pattern)}
    for name in patterns:
        wire = found.get(name)
        if wire is not None and (wire.axis is None or not wire.differentiable):
            why = "has no axis of steps" if wire.axis is None else "depends on no weight and no float input"
            raise ZooError(f"a gradient over distance needs steps, and '{name}' {why}; take another wire")
    usable = [wire for wire in found.values() if wire.axis is not None and wire.differentiable]
    if not usable:
        raise ZooError(f"no wire among {', '.join(patterns)} has an axis of steps, and so no distances")
    return usable


def _usual(recording: Recording) -> list[Wire]:
    """The states that are handed on, and what has steps among the inputs, the nodes of the graph's own body
    and the layers of its repeats.
    """
    usable = [
        wire
        for wire in recording.wires.values()
        if wire.axis is not None and wire.differentiable and (wire.state or _is_own(wire))
    ]
    if not usable:
        raise ZooError("no wire of this graph has an axis of steps; there are no distances in it")
    return usable


def _is_own(wire: Wire) -> bool:
    return not wire.steps and (len(wire.path) <= 1 or (len(wire.path) == 2 and wire.path[1].isdigit()))


def _axes(subject: Subject, output: str) -> Axes:
    root = subject.resolution.root
    return axes_of(root.types[output], root.values)


def _axis_of(subject: Subject, outputs: Mapping[str, Tensor]) -> str | None:
    """The axis of steps of what J is made of; None where it has none."""
    along = sequences(subject.resolution)
    return next((axis for name in outputs for axis in _axes(subject, name) if axis in along), None)


def _at_step(subject: Subject, towards: Mapping[str, Tensor], at: int | None) -> dict[str, Tensor]:
    """∂J/∂output with all steps but one at zero; outputs without steps stay whole."""
    if at is not None and _axis_of(subject, towards) is None:
        raise ZooError("what J is made of has no steps, so that there is none to choose; leave the step out")
    found: dict[str, Tensor] = {}
    for name, x in towards.items():
        axes, axis = _axes(subject, name), _axis_of(subject, {name: x})
        found[name] = x if axis is None else _one_step(x, axes, axis, last_steps(subject, axis, at))
    if not any(bool(x.any()) for x in found.values()):
        raise ZooError("the loss leaves this step out, so that J depends on nothing; choose another step")
    return found


def _one_step(x: Tensor, axes: Axes, axis: str, here: Tensor) -> Tensor:
    """Zeros but for one step of each row."""
    along = axes.index(axis)
    steps = torch.arange(x.shape[along], device=x.device)
    shape = [1] * x.dim()
    shape[along] = len(steps)
    own = steps.view(shape)
    if BATCH in axes:
        shape = [1] * x.dim()
        shape[axes.index(BATCH)] = len(here)
        return torch.where(own == here.view(shape), x, 0)
    return torch.where(own == here.amax(), x, 0)
