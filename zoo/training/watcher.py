"""How to follow a run: facts at the start, a loss at every step, a moment at every measurement."""

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
    """What is known before the first step. ``about`` describes the data, one sentence each."""

    graph: str
    task: str
    parameters: int
    about: tuple[str, ...]
    unit: str
    """The unit of the losses: ``nats a character``."""
    baseline: Baseline | None
    """The loss to beat."""
    device: str
    out: Path
    context: int | None = None
    """The number of tokens per example, if all have the same."""
    frozen: int = 0
    """The number of frozen parameters."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A measurement in the task's unit; the training loss is smoothed over about twenty steps.

    ``metrics`` are the task's other measurements on the validation set, ``clipped`` is the share of steps
    since the last measurement whose gradients were clipped.
    """

    step: int
    seconds: float
    train_loss: float
    validation_loss: float
    metrics: Mapping[str, float] = field(default_factory=dict[str, float])
    clipped: float = 0.0
    learning_rate: float = 0.0
    sample: Callable[[int], Generator[str]] | None = field(default=None, compare=False, repr=False)
    """Generates a number of tokens, piece by piece; None for models that do not continue a prompt."""


class Watcher:
    """Follows a run and does nothing; subclasses override what they need."""

    def prepared(self, facts: Facts, clock: Clock) -> None:
        """Called before the first step."""

    def stepped(self, clock: Clock, train_loss: float) -> None:
        """Called after a step, with the smoothed training loss."""

    def measured(self, moment: Moment) -> None:
        """Called after the validation loss was measured and the run saved."""

    def interrupted(self) -> None:
        """Called at Ctrl-C; the current step is finished first."""

    def ended(self) -> None:
        """Called at the end of the run, whatever the reason."""
