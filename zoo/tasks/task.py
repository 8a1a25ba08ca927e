"""The contract of a task: its ports, data, loss and metrics, and how its models are decoded.

A task is a pydantic model: its fields are its settings, which are validated, shown by ``zoo tasks`` and saved
in checkpoints. Packs provide the class by the hook ``zoo_tasks``.
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
    """What a task needs to know of a run to make its data.

    ``batch`` is the number of examples per batch, ``seed`` determines their order; ``params`` are those of
    the graph, ``chosen`` the names of those that the user set. ``tokenizers`` and ``digest`` are those of a
    resumed run (empty: a new one). With ``carry``, the rows of batch n + 1 continue those of batch n.
    """

    batch: int = 32
    seed: int = 0
    params: Mapping[str, Scalar] = EMPTY
    chosen: frozenset[str] = frozenset()
    tokenizers: Mapping[str, Tokenizer] = EMPTY
    carry: bool = False
    digest: str = ""

    def recognise(self, digest: str, source: str) -> None:
        """Raise TrainingError when the data of a resumed run have changed."""
        if self.digest and digest != self.digest:
            raise TrainingError(f"{source} is not what was learned")


class Baseline(BaseModel):
    """The loss of a trivial model, such as one that counts bigrams, for comparison."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    loss: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """Training and validation data.

    ``batch(n)`` always returns the same training batch n, so that resuming does not need a saved iterator.
    ``params`` are values for the graph's params of these names (``vocab``, ``classes``).
    """

    batch: Callable[[int], Batch]
    validation: Callable[[], Iterable[Batch]]
    params: Mapping[str, Scalar] = EMPTY
    about: tuple[str, ...] = ()
    """A description of the data and their size, one sentence each."""
    epoch: float | None = None
    """The number of batches per epoch; None for endless data."""
    tokenizers: Mapping[str, Tokenizer] = EMPTY
    """By the port whose tokens they produce."""
    context: int | None = None
    """The maximal length of a sequence that the model should see."""
    unit: str = "nats"
    """The unit of the losses: ``nats a character``, ``squared error``."""
    baseline: Baseline | None = None
    source: str = "made by rule"
    """A path, or a name for built-in data."""
    digest: str = ""
    """A hash of the data: a run can be resumed only with the same."""


@dataclass(frozen=True, slots=True)
class Decoding:
    """How the models of a task generate text.

    The input ``target`` takes the tokens so far, and the output ``scores`` scores the next token at each
    position. ``tokenizer`` names the tokenizer of these tokens, ``given`` the inputs that do not change (an
    encoder's source, a picture). ``attention`` is the output with the attention weights over the source, for
    the coverage penalty; a graph need not have it. With ``start``, a text begins with the tokenizer's start
    token and finishes with its end token; otherwise it continues a prompt.
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
    """``many-to-one``, ``many-to-many``, ``one-to-many``, ``causal``, …: only for display."""
    feeds: ClassVar[Mapping[str, str]]
    """Input ports and their types, as in graph files; ``optional`` ones are fed if the graph has them."""
    reads: ClassVar[Mapping[str, str]]
    """Output ports and their types."""
    one_of: ClassVar[tuple[str, ...]] = ()
    """Optional input ports of which a graph needs at least one: alternative forms of the same data."""
    graph: ClassVar[str]
    """The default graph, one of the library."""
    future: ClassVar[Mapping[str, str]] = EMPTY
    """Input ports that contain the target one step later, each with the output that must not depend on it."""
    decoding: ClassVar[Decoding | None] = None
    perplexity: ClassVar[bool] = False
    """Whether the loss is in nats per token of a text, so that the perplexity is reported, too."""

    @abstractmethod
    def data(self, plan: Plan) -> Data:
        """Read or generate the data. Raises TrainingError for data that cannot be used."""

    def read(self, path: Path) -> Mapping[str, Tensor]:
        """Read the inputs of one example (``Decoding.given``) from a file, without the batch axis.

        Raises TrainingError for a file that cannot be read.
        """
        raise TrainingError(f"the task {type(self).__name__} reads no single files, here {path}")

    @abstractmethod
    def loss(self, outputs: Outputs, batch: Batch) -> Mean:
        """The training loss, as a sum and a count."""

    def measure(self, outputs: Outputs, batch: Batch) -> Mapping[str, Mean]:
        """Metrics on the validation set; ``loss`` determines the best checkpoint."""
        return {"loss": self.loss(outputs, batch)}


Smoothing = Literal["all", "others", "words"]
"""Which labels share ε: all K, the K − 1 other than the target, or the K − 2 that are not padding either."""


def describe(task: type[Task]) -> str:
    """The first line of a task's help text."""
    return (task.__doc__ or "").strip().partition("\n")[0]
