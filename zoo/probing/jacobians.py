"""Recurrences on their own: products of the Jacobians of their steps.

    P_d = ∂s_T/∂s_{T-d} = J_T · J_{T-1} · … · J_{T-d+1}    s: all states that a loop hands on

A row of every P_d at once is one backward pass from an element of s_T: as many passes as states are wide
give all products exactly, many at a time. Wide states are asked for in random directions instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor

from zoo.probing.courses import Course, by_distance, course, last_steps
from zoo.probing.radii import Radius, radii, spectral_norm, spectral_radius
from zoo.probing.recording import record
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording, Wire
from zoo.testing.threads import one_thread

_linalg: Any = torch.linalg  # torch does not type it
MANY, DIRECTIONS, CHUNK = 16_384, 32, 64
"""With more rows times steps than the first, so many random directions are asked; so many go together."""


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A loop and its states: what P_d does to a random direction (``gain``, ‖P_d‖_F/√n, mean over the
    examples).

    ``largest`` are the spectral norms ‖P_d‖₂ and ``radius`` is that of one step, the last; both None for
    wide states.
    """

    walk: str
    states: tuple[str, ...]
    width: int
    gain: Course
    largest: tuple[float, ...] | None
    radius: float | None
    weights: tuple[Radius, ...]


@one_thread()
def jacobians(subject: Subject) -> tuple[Recurrence, ...]:
    """Every loop of the graph that hands on a state; of one that another loop runs again and again, the last
    run. Empty for a graph without loops.
    """
    recording = record(subject, copied=True)
    loops = {
        walk: [wire.last_run() for state in states if (wire := recording.wires[state]).differentiable]
        for walk, states in recording.walks.items()
    }
    return tuple(_recurrence(subject, recording, walk, wires) for walk, wires in loops.items() if wires)


def _recurrence(subject: Subject, recording: Recording, name: str, wires: Sequence[Wire]) -> Recurrence:
    first = wires[0]
    assert first.axis is not None
    here = last_steps(subject, first.axis, first=first.reverse)
    rows = _directions(sum(wire.tensors[0][0].numel() for wire in wires), len(first.tensors), subject.seed)
    rows = rows.to(first.tensors[0])
    found = _pulled(wires, rows, here)
    # Each is examples × rows × width.
    products = by_distance(found.movedim(0, 2), here, subject.real(first.axis), reverse=first.reverse)
    width, exact = rows.shape[1], len(rows) == rows.shape[1]
    gains = [float(each.square().sum((1, 2)).sqrt().mean()) / len(rows) ** 0.5 for each in products]
    largest = tuple(float(spectral_norm(each).mean()) for each in products) if exact else None
    radius = float(spectral_radius(products[1]).mean()) if exact and len(products) > 1 else None
    names = tuple(wire.name for wire in wires)
    weights = tuple(radii(subject, recording, name))
    return Recurrence(name, names, width, course(gains), largest, radius, weights)


def _pulled(wires: Sequence[Wire], rows: Tensor, here: Tensor) -> Tensor:
    """Directions at the last states, pulled back to the states of every step: rows × batch × step × width."""
    examples = len(wires[0].whole())
    ends = here.expand(examples)
    steps = len(wires[0].tensors)
    towards: list[Tensor] = []
    start = 0
    for wire in wires:
        part = rows[:, start : start + wire.tensors[0][0].numel()]
        start += part.shape[1]
        for number, x in enumerate(wire.tensors):
            place = steps - 1 - number if wire.reverse else number
            shape = (len(rows), examples, *[1] * (x.dim() - 1))
            own = (ends == place).expand(len(rows), examples).view(shape)
            towards.append(part.view(len(rows), 1, *x.shape[1:]) * own)
    tensors = [x for wire in wires for x in wire.tensors]
    chunks = [
        _backward(tensors, tensors, [x[start : start + CHUNK] for x in towards])
        for start in range(0, len(rows), CHUNK)
    ]
    found = [torch.cat(each) for each in zip(*chunks, strict=True)]
    by_state = [found[number * steps :][:steps] for number in range(len(wires))]
    parts = [torch.stack(each, 2).flatten(3) for each in _apart(wires, by_state)]
    together = torch.cat(parts, 3)
    return together.flip(2) if wires[0].reverse else together


def _directions(width: int, steps: int, seed: int) -> Tensor:
    """Unit vectors: all axes, or, where that is much, random ones that are orthogonal."""
    if width <= DIRECTIONS or width * steps <= MANY:
        return torch.eye(width, dtype=torch.float64)
    drawn = torch.randn(width, DIRECTIONS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    rows: Tensor = _linalg.qr(drawn)[0].T
    return rows


def _backward(roots: Sequence[Tensor], leaves: Sequence[Tensor], towards: Sequence[Tensor]) -> list[Tensor]:
    """Many gradients at once; zeros where none arrives."""
    found = torch.autograd.grad(
        roots,
        leaves,
        towards,
        retain_graph=True,
        is_grads_batched=True,
        allow_unused=True,
        materialize_grads=True,
    )
    return list(found)


def _apart(wires: Sequence[Wire], found: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
    """The gradients of each state (state × step) with the others held, as the next step is given them.

    Within a step, states may be made of one another, as h = o ⊙ tanh(c) in an LSTM drawn gate by gate: a
    gradient G of c then has a part that came by way of h. With A = ∂h/∂c inside the step, g_c = G_c - g_h A.
    """
    apart = [list(each) for each in found]
    made_of = [_made_of(wires, number) for number in range(len(wires))]
    # What is made of a state is also made of all that this is made of: it comes first.
    for own in sorted(range(len(wires)), key=lambda number: len(made_of[number])):
        for step, leaf in enumerate(wires[own].tensors if made_of[own] else ()):
            roots = [wires[number].tensors[step] for number in made_of[own]]
            (by_way,) = _backward(roots, [leaf], [apart[number][step] for number in made_of[own]])
            apart[own][step] = found[own][step] - by_way
    return apart


def _made_of(wires: Sequence[Wire], own: int) -> list[int]:
    """The other states that are made of one within a step."""
    leaf, found = wires[own].tensors[-1], list[int]()
    for number, wire in enumerate(wires):
        if number != own:
            root = wire.tensors[-1].sum()
            (reached,) = cast(Any, torch.autograd.grad(root, leaf, retain_graph=True, allow_unused=True))
            found += [] if reached is None else [number]
    return found
