"""What a run tells whoever looks on: facts at first, a loss at every step, a moment at every measurement."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from zoo.training.schedule import Clock


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before the first step. The loss of the bigram model is in nats a character."""

    graph: str
    parameters: int
    vocabulary: int
    context: int
    text: str
    train_characters: int
    validation_characters: int
    bigram_loss: float
    device: str
    out: Path


@dataclass(frozen=True, slots=True)
class Moment:
    """A measurement, in nats a character; the training loss is smoothed over some twenty readings."""

    step: int
    seconds: float
    train_loss: float
    validation_loss: float


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
