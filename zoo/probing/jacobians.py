"""Recurrences by themselves: products of the Jacobians of their steps, and the eigenvalues of their weights.

    P_d = ∂s_T/∂s_{T-d} = J_T · J_{T-1} · … · J_{T-d+1}    s: all states that a loop hands on

A row of every P_d at once is one backward pass from an element of s_T: as many passes as states are wide
give all products exactly, many at a time. Wide states are asked for in random directions instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from zoo.probing.courses import Course, by_distance, course, last_steps
from zoo.probing.recording import modules, record
from zoo.probing.subject import Subject
from zoo.probing.wires import Recording, Wire
from zoo.spec import LayerSpec
from zoo.testing.threads import one_thread

_linalg: Any = torch.linalg  # torch does not type it
MANY, DIRECTIONS, CHUNK = 16_384, 32, 64
"""With more rows times steps than the first, so many random directions are asked; so many go together."""


@dataclass(frozen=True, slots=True)
class Radius:
    """The spectral radius of one square block of a recurrent weight: the largest |eigenvalue|."""

    weight: str
    block: int
    blocks: int
    radius: float


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
    """Every loop of the graph that hands on a state; empty for a graph without one."""
    recording = record(subject)
    return tuple(_recurrence(subject, recording, walk) for walk in recording.walks)


def _recurrence(subject: Subject, recording: Recording, name: str) -> Recurrence:
    wires = [wire for state in recording.walks[name] if (wire := recording.wires[state]).differentiable]
    first = wires[0]
    assert first.axis is not None
    here = last_steps(subject, first.axis, first=first.reverse)
    rows = _directions(sum(wire.tensors[0][0].numel() for wire in wires), len(first.tensors), subject.seed)
    rows = rows.to(first.tensors[0])
    parts = [rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)]
    found = torch.cat([_pulled(wires, part, here) for part in parts])
    # Each is examples × rows × width.
    products = by_distance(found.movedim(0, 2), here, subject.real(first.axis), reverse=first.reverse)
    width, exact = rows.shape[1], len(rows) == rows.shape[1]
    gains = [float(each.square().sum((1, 2)).sqrt().mean()) / len(rows) ** 0.5 for each in products]
    largest = tuple(float(_linalg.matrix_norm(each, 2).mean()) for each in products) if exact else None
    radius = float(_radius(products[1]).mean()) if exact and len(products) > 1 else None
    states = tuple(wire.name for wire in wires)
    return Recurrence(
        name, states, width, course(gains), largest, radius, tuple(_weights(subject, recording, name))
    )


def _pulled(wires: Sequence[Wire], rows: Tensor, here: Tensor) -> Tensor:
    """Directions at the last states, pulled back to the states of every step: rows × batch × step × width."""
    tensors = [x for wire in wires for x in wire.tensors]
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
    found = torch.autograd.grad(
        tensors,
        tensors,
        towards,
        retain_graph=True,
        is_grads_batched=True,
    )
    left = iter(found)
    parts = [torch.stack([next(left) for _ in wire.tensors], 2).flatten(3) for wire in wires]
    together = torch.cat(parts, 3)
    return together.flip(2) if wires[0].reverse else together


def _directions(width: int, steps: int, seed: int) -> Tensor:
    """Unit vectors: all axes, or, where that is much, random ones that are orthogonal."""
    if width <= DIRECTIONS or width * steps <= MANY:
        return torch.eye(width, dtype=torch.float64)
    drawn = torch.randn(width, DIRECTIONS, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    rows: Tensor = _linalg.qr(drawn)[0].T
    return rows


def _radius(square: Tensor) -> Tensor:
    found: Tensor = _linalg.eigvals(square).abs().amax(-1)
    return found


def _weights(subject: Subject, recording: Recording, name: str) -> Iterator[Radius]:
    """The square blocks of the weights that a loop multiplies its states with: ``weight_hh`` of a cell, and
    the ``weight`` of a layer that reads states alone.
    """
    places = modules(subject)
    for site in recording.sites:
        if site.walk is None or ".".join(site.walk.path) != name:
            continue
        module = places[site.module]
        spec: LayerSpec | None = getattr(type(module), "__zoo_spec__", None)
        for word, parameter in module.named_parameters() if spec is not None else ():
            recurrent = word == "weight_hh" or (word == "weight" and site.alone)
            if recurrent and parameter.dim() == 2 and parameter.shape[0] % parameter.shape[1] == 0:
                yield from _blocks(f"{site.name}.{word}", parameter)


def _blocks(name: str, weight: nn.Parameter) -> Iterator[Radius]:
    squares = weight.detach().double().view(-1, weight.shape[1], weight.shape[1])
    for number, radius in enumerate(_radius(squares), 1):
        yield Radius(name, number, len(squares), float(radius))
