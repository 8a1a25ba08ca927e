"""The progress of a run, its learning rate, and the smoothed training loss."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from zoo.training.options import Options

WARM_UP = 0.05
"""The default warm-up of the cosine schedule, as a fraction of the run."""
NOAM = 400
"""The default warm-up of the Noam schedule, in steps."""


@dataclass(slots=True)
class Clock:
    """Counts a run's steps and seconds, including those before it was resumed."""

    steps: int | None
    minutes: float | None
    step: int = 0
    before: float = 0.0
    """Seconds spent by earlier processes."""
    _began: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds of training so far."""
        return self.before + time.monotonic() - self._began

    @property
    def progress(self) -> float:
        """The progress of the run, from 0 to 1: by steps or by time, whichever is further."""
        return self._at(self.step)

    @property
    def midway(self) -> float:
        """The progress at the middle of the next step, which determines its learning rate."""
        return self._at(self.step + 0.5)

    @property
    def done(self) -> bool:
        """Whether a limit has been reached."""
        return self.progress >= 1

    def _at(self, step: float) -> float:
        by_step = step / self.steps if self.steps else 0.0
        by_time = self.seconds / (60 * self.minutes) if self.minutes else 0.0
        return min(max(by_step, by_time), 1.0)


@dataclass(slots=True)
class Average:
    """A running mean of the steps' losses: at first of all, then exponential over about the last twenty."""

    value: float = math.nan
    count: int = 0

    def take(self, loss: float) -> None:
        """Add a loss."""
        self.count += 1
        share = max(1 / self.count, 0.05)  # a plain mean at first, so that early losses are soon forgotten
        self.value = loss if self.count == 1 else (1 - share) * self.value + share * loss


def learning_rate(options: Options, clock: Clock) -> float:
    """The learning rate of the next step.

    ``cosine``: a linear warm-up times half a cosine that reaches zero at the end. ``noam`` (Vaswani et al.
    2017): rises over w steps, then decays as √(w/s); its peak is ``learning_rate``, in the paper (d·w)^−½.
    ``constant``: no decay after the warm-up.
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
