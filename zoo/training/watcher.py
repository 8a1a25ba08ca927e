"""What a run tells whoever looks on: facts at first, a loss at every step, a moment at every measurement."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.tasks import Baseline
    from zoo.training.schedule import Clock


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before the first step. ``about`` says what the data are, a sentence each."""

    graph: str
    task: str
    parameters: int
    about: tuple[str, ...]
    unit: str
    """What the losses are in: ``nats a character``."""
    baseline: Baseline | None
    """The loss to beat."""
    device: str
    out: Path
    context: int | None = None
    """How many tokens an example has, where all have as many."""
    frozen: int = 0
    """How many of the parameters are left as they are."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A measurement in the task's unit; the training loss is smoothed over some twenty readings.

    ``metrics`` are the task's other measurements on the validation part, ``clipped`` is the share of the
    steps since the last measurement whose gradient was cut.
    """

    step: int
    seconds: float
    train_loss: float
    validation_loss: float
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    clipped: float = 0.0
    learning_rate: float = 0.0
    sample: Callable[[int], Generator[str]] | None = field(default=None, compare=False, repr=False)
    """Has the model write so many tokens, piece by piece; None where it writes nothing by itself."""


class Watcher:
    """Looks on and shows nothing; a progress bar overrides what it shows."""

    def prepared(self, facts: Facts, clock: Clock) -> None:
        """Everything is ready; the first step is about to be taken."""

    def stepped(self, clock: Clock, train_loss: float) -> None:
        """A step was taken; its loss is the last one read."""

    def measured(self, moment: Moment) -> None:
        """The validation loss was measured and the run saved."""

    def interrupted(self) -> None:
        """Somebody asked to stop; the step under way is finished first."""

    def ended(self) -> None:
        """No further step is taken, for whatever reason."""
