"""What starting and resuming a run have in common: arguments, ports, data and clock."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from traceback import clear_frames

from zoo import arguments
from zoo.compiler.exhausted import lacks_memory
from zoo.errors import ChoiceError, TrainingError
from zoo.graph import Graph
from zoo.sizes.expressions import LARGEST
from zoo.tasks import Data, Plan, Task
from zoo.tasks.files import files_of
from zoo.tasks.finding import tasks
from zoo.tasks.ports import Ports, find_ports, fitting
from zoo.training.header import Header
from zoo.training.options import DEFAULT_STEPS, Options
from zoo.training.schedule import Clock
from zoo.values import EMPTY, Scalar

WATCHER = "derive it from zoo.training.Watcher"


def look_at(
    *,
    settings: object,
    text: object,
    out: object,
    params: object = EMPTY,
    ports: object = EMPTY,
    task: object = None,
) -> None:
    """Raise ArgumentError for arguments of the wrong type."""
    arguments.mapping(settings, "settings", "{'level': 'words'}")
    arguments.mapping(params, "params", "{'layers': 2}")
    for name in arguments.mapping(ports, "ports", "{'tokens': 'words'}").values():
        arguments.text(name, "ports")
    if text is not None:
        arguments.path(text, "text", "book.txt")
    if out is not None:
        arguments.path(out, "out", "runs/first")
    if task is not None:
        arguments.text(task, "task")


def ports_of(kind: type[Task], graph: Graph, name: str, chosen: Mapping[str, str], options: Options) -> Ports:
    """The task's ports in a graph. TrainingError says what is missing and which tasks the graph would fit."""
    try:
        found = find_ports(kind, graph, name, chosen)
    except ChoiceError:
        raise
    except TrainingError as error:
        others = fitting(tasks(), graph)
        more = f"; as it is, it fits: {', '.join(f'--task {each}' for each in others)}" if others else ""
        raise TrainingError(f"{error}{more}") from None
    if options.carry and not found.carried:
        message = (
            f"to carry a state, a graph has it as an optional input and as an output of the same name, and "
            f"'{graph.name}' has no such pair; add one, as gru_language_model has its 'memory', or do not "
            "--carry"
        )
        raise ChoiceError({"carry": message})
    return found


def plan_of(
    options: Options, graph: Graph, params: Mapping[str, Scalar], header: Header | None = None
) -> Plan:
    """What a task needs to know of a run to make its data; ``header`` is that of a resumed run."""
    return Plan(
        batch=options.batch,
        seed=options.seed,
        params={**graph.params, **params},
        chosen=frozenset(params),
        tokenizers=header.made() if header else {},
        carry=options.carry,
        digest=header.digest if header else "",
    )


@contextmanager
def in_memory(what: str, remedy: str) -> Generator[None]:
    """Raise TrainingError where memory runs out."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not lacks_memory(error):
            raise
        clear_frames(error.__traceback__)  # which keep tensors alive
        raise TrainingError(
            f"{what} must fit into the memory of this machine, which ran out; {remedy}"
        ) from None


def data_of(task: Task, plan: Plan) -> Data:
    """The task's data. TrainingError where memory runs out, beside what the task raises."""
    with in_memory("the data", "choose smaller settings with --with, or a smaller --batch"):
        return task.data(plan)


def clock_of(options: Options, data: Data, step: int = 0, seconds: float = 0.0) -> Clock:
    """The clock of a run. ChoiceError for a limit in epochs where the data have none."""
    limits = [options.steps] if options.steps else []
    if options.epochs:
        if data.epoch is None:
            raise ChoiceError({"epochs": "data made by rule have no epochs; take --steps or --minutes"})
        limits.append(math.ceil(min(options.epochs * data.epoch / options.accumulate, float(LARGEST))))
    if not limits and not options.minutes:
        limits.append(DEFAULT_STEPS)
    return Clock(min(limits, default=None), options.minutes, step, seconds)


def named(kind: type[Task], name: str, text: str | Path | None) -> dict[str, Scalar]:
    """The setting that ``text`` stands for. ChoiceError if the task's ``text`` is not a file."""
    files = files_of(kind)
    if text is not None and files and "text" not in files:
        message = (
            f"a text is what language models learn from, and the task '{name}' reads "
            f"{', '.join(sorted(files))}; write for example --with {min(files)}={text}"
        )
        raise ChoiceError({"text": message})
    return {} if text is None else {"text": str(text)}
