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

Verdict: TypeAlias = Literal[
    "vanishing",
    "exploding",
    "fading",
    "growing",
    "uneven",
    "neither",
    "cut off",
    "local",
    "not a number",
]
FACTOR = 10.0
"""A norm that falls or grows by more than this over the steps looked at has gone far."""
SHARE = 0.25
"""What each half of the steps contributes at least, on the logarithmic axis, where the rate is steady."""
_WITHOUT_LOOP: dict[Verdict, Verdict] = {"vanishing": "fading", "exploding": "growing"}
_LARGEST = 700.0
"""The logarithm of what a double still holds."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a norm changes over the distances 0, 1, 2, …

    ``rate`` is the factor per step, fitted to the logarithms from distance 1 on; None where fewer than two
    norms are nonzero. ``halves`` are the factors over the nearer and the farther half of these distances,
    each fitted on its own; None where a half has fewer than two such norms. ``reach`` is the largest distance
    with a nonzero norm.
    """

    norms: tuple[float, ...]
    rate: float | None
    halves: tuple[float, float] | None
    reach: int
    verdict: Verdict

    @property
    def factor(self) -> float | None:
        """What the fit says of all steps looked at together."""
        return None if self.rate is None else _power(self.rate, self.reach - 1)

    @property
    def horizon(self) -> float | None:
        """The steps in which the fitted norm falls to a tenth; None where it does not fall."""
        return None if self.rate is None or self.rate >= 1 else math.log(0.1) / math.log(self.rate)


def course(norms: Sequence[float], *, looped: bool = True) -> Course:
    """The course of norms by distance: a line fitted to their logarithms, and the verdict.

    ``vanishing``: the line falls to less than a tenth over the steps looked at, and does so all the way: the
    nearer half, the farther half and the norms at both ends each show a quarter of that fall at least, or a
    tenfold one. ``exploding``: the same upwards. ``uneven``: the line goes as far, but one half does nearly
    all of it, as in attention that favours its nearest steps and treats all others alike. A product of
    Jacobians changes exponentially (Bengio, Simard & Frasconi, "Learning long-term dependencies with gradient
    descent is difficult", 1994).

    ``fading`` and ``growing`` are the same two where no loop that could be watched leads from step to step
    (not ``looped``), and so no product of Jacobians: attention that has learned to look at what is near.

    ``local``: zero at every distance but 0. ``cut off``: zero from some distance on, without having vanished
    before, as behind a window or a reset state. ``neither``: none of these.
    """
    reach = max((d for d, norm in enumerate(norms) if norm != 0), default=0)
    values = tuple(norms)
    if any(math.isnan(norm) for norm in values):
        return Course(values, None, None, reach, "not a number")
    if any(math.isinf(norm) for norm in values):
        return Course(values, None, None, reach, "exploding")
    points = [(d, math.log(norm)) for d, norm in enumerate(values) if d and norm > 0]
    if not points:
        return Course(values, None, None, reach, "local")
    rate, halves = _rate(points), _halves(points, reach)
    ends = math.exp(min(points[-1][1] - points[0][1], _LARGEST))
    verdict = _verdict(1.0 if rate is None else _power(rate, reach - 1), (*(halves or ()), ends))
    if verdict in ("neither", "uneven") and reach < len(values) - 1:
        verdict = "cut off"
    if not looped:
        verdict = _WITHOUT_LOOP.get(verdict, verdict)
    return Course(values, rate, halves, reach, verdict)


def _verdict(whole: float, parts: Sequence[float]) -> Verdict:
    """By what the fit says of the ``whole``, if the factors of its ``parts`` do not gainsay it."""
    if 1 / FACTOR <= whole <= FACTOR:
        return "neither"
    far = math.log(whole)
    logs = [math.log(each) * math.copysign(1, far) for each in parts if each]
    steady = all(each >= min(abs(far) * SHARE, math.log(FACTOR)) for each in logs)
    return "uneven" if not steady else "vanishing" if far < 0 else "exploding"


def _halves(points: Sequence[tuple[int, float]], reach: int) -> tuple[float, float] | None:
    """The factors over both halves of the distances from 1 on; the one in the middle belongs to both."""
    middle = (1 + reach) / 2
    near = _rate([(d, norm) for d, norm in points if d <= middle])
    far = _rate([(d, norm) for d, norm in points if d >= middle])
    if near is None or far is None:
        return None
    return _power(near, middle - 1), _power(far, middle - 1)


def _rate(points: Sequence[tuple[int, float]]) -> float | None:
    if len(points) < 2:
        return None
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread
    return math.exp(min(slope, _LARGEST))


def _power(rate: float, steps: float) -> float:
    return math.exp(min(math.log(rate) * max(steps, 0), _LARGEST)) if rate else 0.0


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
