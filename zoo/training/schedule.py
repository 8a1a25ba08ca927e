"""How far a run is, the learning rate that goes with it, and the training loss without its noise."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from zoo.training.options import Options

WARM_UP = 0.05
"""The part of the run in which the learning rate rises."""
NOAM = 400
"""Steps in which it does so by Noam's rule."""


@dataclass(slots=True)
class Clock:
    """Counts a run's steps and seconds, those before a resumption included."""

    steps: int | None
    minutes: float | None
    step: int = 0
    before: float = 0.0
    """Seconds spent before this process took over."""
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return self.before + time.monotonic() - self._began

    @property
    def progress(self) -> float:
        """How much of the run is done, from 0 to 1: by steps or by time, whichever is further."""
        return self._at(self.step)

    @property
    def midway(self) -> float:
        """The progress in the middle of the step about to be taken: where its learning rate is read."""
        return self._at(self.step + 0.5)

    @property
    def done(self) -> bool:
        """Whether a limit is reached."""
        return self.progress >= 1

    def _at(self, step: float) -> float:
        by_step = step / self.steps if self.steps else 0.0
        by_time = self.seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(max(by_step, by_time), 1.0)


@dataclass(slots=True)
class Average:
    """A running mean of the steps' losses: of all at first, then of about the last twenty."""

    value: float = math.nan
    count: int = 0

    def take(self, loss: float) -> None:
        """Count one more."""
        self.count += 1
        share = max(1 / self.count, 0.05)  # the mean at first, so that the start is soon forgotten
        self.value = loss if self.count == 1 else (1 - share) * self.value + share * loss


def learning_rate(options: Options, clock: Clock) -> float:
    """The learning rate of the step about to be taken.

    ``cosine``: a linear warm-up times half a cosine that reaches zero at the end. ``noam`` (Vaswani et al.
    2017): it rises over w steps, then falls as √(w/s); at its highest it is ``learning_rate``, in the paper
    (d·w)^−½. ``constant`` stays after the warm-up.
    """
    highest, warm_up, step = options.learning_rate, options.warm_up, clock.step + 1
    progress = clock.midway
    if options.schedule == "noam":
        ratio = step / max(1, NOAM if warm_up is None else warm_up)
        return highest * min(ratio, ratio**-0.5)
    if warm_up is None:
        rise = min(progress / WARM_UP, 1.0) if options.schedule == "cosine" else 1.0
    else:
        rise = min(step / warm_up, 1.0) if warm_up else 1.0
    fall = 0.5 * (1 + math.cos(math.pi * progress)) if options.schedule == "cosine" else 1.0
    return highest * rise * fall
