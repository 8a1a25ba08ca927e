"""A job, which is everything a run needs, and the result of running it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor, nn

from zoo.files.texts import Document
from zoo.tasks import Baseline, Data, Ports, Task, Tokenizer, find_task
from zoo.training.folder import BEST, LAST
from zoo.training.header import Header
from zoo.training.optimizers import Moments
from zoo.training.schedule import Clock


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a run needs: model, data, progress, and the folder to save to."""

    name: str
    model: nn.Module
    task: Task
    ports: Ports
    data: Data
    header: Header
    document: Document
    clock: Clock
    moments: Moments | None
    out: Path
    states: dict[str, Tensor] = field(default_factory=dict[str, Tensor])


@dataclass(frozen=True, slots=True)
class Result:
    """A finished or interrupted run. Losses are in the task's unit, measured after the last step."""

    model: nn.Module
    tokenizers: dict[str, Tokenizer]
    task: str
    unit: str
    step: int
    seconds: float
    train_loss: float
    validation_loss: float
    metrics: dict[str, float]
    """The task's other measurements."""
    baseline: Baseline | None
    interrupted: bool
    out: Path
    tells: bool = True
    """Whether this process, of those that share the run, reports the result."""

    ended_early: bool = False
    """Whether early stopping ended the run before its limit (``Options.patience``)."""

    @property
    def writes_on(self) -> bool:
        """Whether the model continues a prompt (``generate``)."""
        decoding = find_task(self.task).decoding
        return decoding is not None and not decoding.start

    @property
    def best(self) -> Path:
        """The checkpoint with the lowest validation loss."""
        return self.out / BEST

    @property
    def last(self) -> Path:
        """The checkpoint to resume from."""
        return self.out / LAST
