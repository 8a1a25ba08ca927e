"""How a norm goes over distance: the steps it counts from, the fitted rate, the verdict."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import torch
from torch import Tensor

from zoo.errors import ZooError
from zoo.probing.subject import Subject

Verdict: TypeAlias = Literal["vanishing", "exploding", "neither", "cut off", "local", "not a number"]
FACTOR = 10.0
"""A gradient that falls or grows by more than this over the steps looked at is called so."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a norm goes over the distances 0, 1, 2, …

    ``rate`` is the factor of one step, fitted to the logarithms from distance 1 on; None where fewer than two
    are not zero. ``reach`` is the largest distance with a gradient that is not zero.
    """

    norms: tuple[float, ...]
    rate: float | None
    reach: int
    verdict: Verdict

    @property
    def factor(self) -> float | None:
        """What the fit says of all steps looked at together."""
        return None if self.rate is None else _power(self.rate, self.reach - 1)

    @property
    def horizon(self) -> float | None:
        """The steps in which the gradient falls to a tenth; None where it does not fall."""
        return None if self.rate is None or self.rate >= 1 else math.log(0.1) / math.log(self.rate)


def course(norms: Sequence[float]) -> Course:
    """The course of norms by distance: a line fitted to their logarithms, and the verdict.

    ``vanishing`` falls to less than a tenth over the steps looked at, ``exploding`` grows more than
    tenfold; ``local`` has nothing at any distance; ``cut off`` ends at a finite norm, as behind a window,
    or a state that is put back.
    """
    reach = max((d for d, norm in enumerate(norms) if norm != 0), default=0)
    values = tuple(norms)
    if any(math.isnan(norm) for norm in values):
        return Course(values, None, reach, "not a number")
    if any(math.isinf(norm) for norm in values):
        return Course(values, None, reach, "exploding")
    points = [(d, math.log(norm)) for d, norm in enumerate(values) if d and norm > 0]
    if not points:
        return Course(values, None, reach, "local")
    rate = _rate(points)
    whole = 1.0 if rate is None else _power(rate, reach - 1)
    if whole > FACTOR:
        verdict: Verdict = "exploding"
    elif whole < 1 / FACTOR:
        verdict = "vanishing"
    else:
        verdict = "neither" if reach == len(values) - 1 else "cut off"
    return Course(values, rate, reach, verdict)


def _rate(points: Sequence[tuple[int, float]]) -> float | None:
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return math.exp(min(slope, 700.0))


def _power(rate: float, steps: int) -> float:
    return math.exp(min(math.log(rate) * max(steps, 0), 700.0)) if rate else 0.0


def last_steps(subject: Subject, axis: str, at: int | None = None, *, first: bool = False) -> Tensor:
    """The step of each row from which distances count: the last real one, the first, or the one asked for."""
    real = subject.real(axis)
    steps = torch.arange(real.shape[1], device=real.device)
    last = torch.where(real, steps, 0).amax(1)
    if at is None:
        return torch.where(real, steps, len(steps) - 1).amin(1) if first else last
    if not 0 <= at <= int(last.max()):
        raise ZooError(f"J is taken at a step from 0 to {int(last.max())}, and {at} is none of them")
    return torch.minimum(last, torch.full_like(last, at))


def by_distance(x: Tensor, here: Tensor, real: Tensor, *, reverse: bool = False) -> list[Tensor]:
    """Of what is batch × step × …, the real steps at distance 0, 1, … before ``here``; in reverse behind
    it.
    """
    if len(x) == 1:  # as of what is the same for all examples: a table of positions
        here, real = here.amax(0, keepdim=True), real.any(0, keepdim=True)
    here, real = here.expand(len(x)), real.expand(len(x), -1)
    found: list[Tensor] = []
    for distance in range(x.shape[1]):
        place = here + (distance if reverse else -distance)
        inside = (place >= 0) & (place < x.shape[1])
        rows = (
            (inside & real.gather(1, place.clamp(0, x.shape[1] - 1).unsqueeze(1)).squeeze(1))
            .nonzero()
            .flatten()
        )
        if not len(rows):
            break
        found.append(x[rows, place[rows]])
    return found
