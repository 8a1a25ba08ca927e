"""What the editor asks of the worker: one line of JSON, whose ``kind`` says what it is.

Paths lead from ``folder``, that of the graph's file; a ``run`` is the folder of one, or a checkpoint.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from zoo.seeds import LARGEST_SEED
from zoo.values import Scalar

Device = Literal["auto", "cpu", "cuda"]
Method = Literal["greedy", "beam", "sampling"]
LARGEST_COUNT = 10**9
Count = Annotated[int, Field(ge=1, le=LARGEST_COUNT)]
Strength = Annotated[float, Field(ge=0, allow_inf_nan=False)]
METHODS: tuple[Method, ...] = ("greedy", "beam", "sampling")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    folder: str | None = None
    device: Device = "auto"


class Trial(_Asked):
    """Run the text of a graph once, forward and backward, on random inputs of these sizes."""

    kind: Literal["trial"] = "trial"
    graph: str
    sizes: dict[str, int] = {}


class Training(_Asked):
    """Train the text of a graph: ``settings`` are those of the task, ``options`` those of training.

    ``pretrained`` is a checkpoint to begin with.
    """

    kind: Literal["train"] = "train"
    graph: str
    task: str = "language_modelling"
    settings: dict[str, Scalar] = {}
    options: dict[str, Scalar] = {}
    pretrained: str | None = None


class Resumption(_Asked):
    """Go on with a run, for so many more steps."""

    kind: Literal["resume"] = "resume"
    run: str
    steps: int


class Search(BaseModel):
    """How texts are found. ``longest`` is in tokens; the rest is read as the method needs it."""

    model_config = ConfigDict(extra="forbid")

    method: Method = "greedy"
    longest: Count = 100
    beam: Count = 4
    best: Count = 1
    length: Literal["gnmt", "plain"] = "gnmt"
    alpha: Strength = 0.6
    coverage: Strength = 0.0
    temperature: Strength = 1.0
    top_k: Count | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: Annotated[int, Field(ge=0, le=LARGEST_SEED)] = 0


class Generation(_Asked):
    """Have the model of a run write: go on from ``text``, or a text for each of its lines or of ``files``."""

    kind: Literal["generate"] = "generate"
    run: str
    text: str = ""
    files: list[str] = []
    search: Search = Search()


class Evaluation(_Asked):
    """Measure a run on its validation data, and judge ``texts`` of its texts.

    With ``sources`` and ``references``, two files with a line each, these are translated and judged instead.
    """

    kind: Literal["evaluate"] = "evaluate"
    run: str
    texts: int = 100
    sources: str | None = None
    references: str | None = None
    search: Search = Search()


class Probe(_Asked):
    """Look into a run, or into the text of a graph with new weights; pictures go into a folder."""

    kind: Literal["probe"] = "probe"
    run: str | None = None
    graph: str = ""
    task: str = ""
    settings: dict[str, Scalar] = {}
    sizes: dict[str, int] = {}
    parts: list[str]
    wires: list[str] = []
    at: int | None = None
    on: str = ""
    examples: int = 4
    pictures: str


Request: TypeAlias = Trial | Training | Resumption | Generation | Evaluation | Probe
REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="kind")])
