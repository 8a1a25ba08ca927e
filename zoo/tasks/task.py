"""What a task is: ports it feeds and reads, data, a loss, measurements, and how its models are decoded.

A task is a pydantic model: its fields are its settings, checked, shown by ``zoo tasks`` and kept in
checkpoints. A pack offers the class by the hook ``zoo_tasks``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict
from torch import Tensor

from zoo.errors import TrainingError
from zoo.tasks.batch import Batch, Mean, Outputs
from zoo.tasks.tokenizers import Tokenizer
from zoo.values import EMPTY, Scalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run says to its data.

    ``batch`` examples a step, in an order that follows from ``seed``; ``params`` are those of the graph,
    ``chosen`` the names of those that a person chose. ``tokenizers`` and ``digest`` are of the run that goes
    on (none: this is a new one). With ``carry`` the rows of batch n + 1 go on where those of batch n ended.
    """

    batch: int = 32
    seed: int = 0
    params: Mapping[str, Scalar] = EMPTY
    chosen: frozenset[str] = frozenset()
    tokenizers: Mapping[str, Tokenizer] = EMPTY
    carry: bool = False
    digest: str = ""

    def recognise(self, digest: str, source: str) -> None:
        """Raise TrainingError when a run is to go on with other data than it began with."""
        if self.digest and digest != self.digest:
            raise TrainingError(f"{source} is not what was learned")


class Baseline(BaseModel):
    """The loss to beat: of what has learned next to nothing, such as a model that counts pairs."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """What is learned from, and what is kept to measure on.

    ``batch(n)`` is training batch n, the same whenever it is asked for: a run that goes on needs no saved
    iterator. ``params`` are values for the graph's params of these names (``vocab``, ``classes``).
    """

    batch: Callable[[int], Batch]
    validation: Callable[[], Iterable[Batch]]
    params: Mapping[str, Scalar] = EMPTY
    about: tuple[str, ...] = ()
    """What it is, for a person: what was found, how much of it."""
    epoch: float | None = None
    """How many batches go through all of it once; None where there is no end."""
    tokenizers: Mapping[str, Tokenizer] = EMPTY
    """By the port whose tokens they make."""
    context: int | None = None
    """The longest sequence that a model of it is to be given."""
    unit: str = "nats"
    """What its losses are in: ``nats a character``, ``squared error``."""
    baseline: Baseline | None = None
    source: str = "made by rule"
    """Where it is from: a path, or a name for what is built in."""
    digest: str = ""
    """A hash of what was read: a run goes on with the same data only."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How a model of the task writes.

    The input ``target`` holds the tokens so far and the output ``scores`` scores, at each place, the one
    after it. ``tokenizer`` names whose tokens they are, ``given`` the inputs that stay as they are (an
    encoder's source, a picture). ``attention`` is the output that tells where in the source it looked, for
    the penalty of coverage; a graph may lack it. ``start`` tells whether a text begins with the tokenizer's
    start token and finishes with its end token; without, it goes on from a prompt.
    """

    target: str
    scores: str = "logits"
    tokenizer: str = "target"
    given: tuple[str, ...] = ()
    attention: str = "alignment"
    start: bool = True


class Task(BaseModel, ABC):
    """The contract of a task. The docstring of a task is its help text, its fields are its settings."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    kind: ClassVar[str]
    """``many-to-one``, ``many-to-many``, ``one-to-many``, ``causal``, …: for people."""
    feeds: ClassVar[Mapping[str, str]]
    """Input ports and their types, in the words of graph files; an ``optional`` one is fed where it is."""
    reads: ClassVar[Mapping[str, str]]
    """Output ports and their types."""
    one_of: ClassVar[tuple[str, ...]] = ()
    """Optional input ports of which a graph has one at least: forms in which the same thing is fed."""
    graph: ClassVar[str]
    """The graph of the library that it trains when none is named."""
    future: ClassVar[Mapping[str, str]] = EMPTY
    """Input ports that hold the answer one step later, each with the output that must not see it."""
    decoding: ClassVar[Decoding | None] = None
    perplexity: ClassVar[bool] = False
    """Whether the loss is in nats a token of a text: e to its power is measured too, the perplexity."""

    @abstractmethod
    def data(self, plan: Plan) -> Data:
        """Read or make the data. Raises TrainingError for what cannot be learned from."""

    def read(self, path: Path) -> Mapping[str, Tensor]:
        """What a model is given that stays (``Decoding.given``), of a file, without the axis of the batch:
        as in training. Raises TrainingError for a file that cannot be read.
        """
        raise TrainingError(f"the task {type(self).__name__} reads no single files, here {path}")

    @abstractmethod
    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        """What training makes small: a sum, and over how many."""

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        """What is measured on the validation part; ``loss`` decides which checkpoint is the best."""
        return {"loss": self.loss(outputs, batch)}


Smoothing = Literal["all", "others", "words"]
"""Over how many labels ε is spread: all K, the K − 1 that are not the answer, K − 2 without the padding."""


def describe(task: type[Task]) -> str:
    """The first line of a task's help text."""
    return (task.__doc__ or "").strip().partition("\n")[0]
