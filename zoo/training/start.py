"""Beginning a run, and going on with one: files and options in, a job out, and the job performed."""

from __future__ import annotations

import math
import platform
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

import zoo
from zoo import arguments
from zoo.errors import CheckpointError, TrainingError
from zoo.files import semantic_hash
from zoo.files.texts import document_of, graph_of
from zoo.graph import Graph
from zoo.tasks import Data, Plan, Task, find_task, make_task
from zoo.tasks.files import files_of
from zoo.tasks.finding import tasks
from zoo.tasks.ports import Ports, find_ports, fit_params, fitting
from zoo.tasks.trying import try_model
from zoo.training.checkpoint import Checkpoint, Header, Provenance, read_checkpoint
from zoo.training.folder import BEST, LAST, chosen_folder, free_folder
from zoo.training.graphs import as_graph, initial_model, restored
from zoo.training.job import Job, Result
from zoo.training.options import DEFAULT_STEPS, DEFAULT_TASK, Device, Options
from zoo.training.pretrained import read_pretrained, take_over
from zoo.training.processes import processes
from zoo.training.run import perform
from zoo.training.schedule import Clock
from zoo.training.watcher import Watcher
from zoo.values import EMPTY, Scalar

_OPTIONS = "write for example Options(steps=500, batch=16)"
_WATCHER = "derive it from zoo.training.Watcher"


def train(
    graph: Graph | str | Path | None = None,
    *,
    task: str | None = None,
    settings: Mapping[str, Scalar] = EMPTY,
    text: str | Path | None = None,
    params: Mapping[str, Scalar] = EMPTY,
    ports: Mapping[str, str] = EMPTY,
    options: Options | None = None,
    pretrained: str | Path | None = None,
    out: str | Path | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Train a graph for a task and keep its checkpoints in the folder ``out``.

    ``task`` is a name that `zoo tasks` lists, ``settings`` are its settings (``text`` is short for the one of
    this name). Without a graph the task's own is trained; ``params`` override the graph's, which else follow
    the data; ``ports`` are the graph's names for ports of the task, where they differ. ``pretrained`` is a
    checkpoint to begin with: its weights go to the parameters of the same names, its tokenizers make the
    tokens, its task is the default, and without a graph its own is trained, with its params and settings. A
    safetensors file of weights alone, such as `zoo import` writes, is taken too.
    ``out`` defaults to the first free one of runs/NAME, runs/NAME-2, … Raises TrainingError for data, a graph
    or options that do not go together, and for a loss that is no longer a number; CheckpointError when the
    disk refuses.
    """
    _look_at(settings=settings, text=text, params=params, ports=ports, out=out, task=task)
    options = Options() if options is None else arguments.instance(options, Options, "options", _OPTIONS)
    watcher = Watcher() if watcher is None else arguments.instance(watcher, Watcher, "watcher", _WATCHER)
    taken = None if pretrained is None else read_pretrained(pretrained)
    before = taken if isinstance(taken, Checkpoint) else None
    if graph is None and taken is not before:
        raise TrainingError(f"{pretrained} holds weights alone; name the graph that they are for")
    task = task or (DEFAULT_TASK if before is None else before.header.task)
    if graph is None and before is not None:
        graph = graph_of(before.document, before.name)
        params, ports = {**before.header.params, **params}, {**before.header.ports, **ports}
        settings = {**before.header.settings_here(), **settings}
    kind = find_task(task)
    graph = as_graph(kind.graph if graph is None else graph)
    found = _ports(kind, graph, task, ports, options)
    chosen = make_task(task, {**settings, **_named(kind, task, text)})
    fit_params(graph, params, {})
    plan = plan_of(options, graph, params)
    data = chosen.data(plan if before is None else replace(plan, tokenizers=before.header.made()))
    values = fit_params(graph, params, data.params)
    model = initial_model(graph, options.seed, values)
    if taken is not None:
        data = replace(data, about=(*data.about, take_over(model, taken)))
    try_model(chosen, graph, model, found, data, values)
    header = Header(
        task=task,
        settings=chosen.model_dump(exclude_defaults=True),
        folder=str(Path.cwd()),
        params=values,
        ports=dict(ports),
        tokenizers={port: each.to_text() for port, each in data.tokenizers.items()},
        context=data.context,
        unit=data.unit,
        options=options,
        source=data.source,
        digest=data.digest,
        baseline=data.baseline,
        provenance=_provenance(graph),
    )
    job = Job(
        name=graph.name,
        model=model,
        task=chosen,
        ports=found,
        data=data,
        header=header,
        document=document_of(graph),
        clock=_clock(options, data),
        moments=None,
        out=free_folder(graph.name) if out is None else chosen_folder(out),
    )
    return perform(job, watcher)


def resume(
    checkpoint: str | Path,
    *,
    settings: Mapping[str, Scalar] = EMPTY,
    text: str | Path | None = None,
    steps: int | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    device: Device | None = None,
    out: str | Path | None = None,
    watcher: Watcher | None = None,
) -> Result:
    """Go on with a run exactly where its checkpoint (a run's folder, or its last.safetensors) left it.

    A new limit in steps, epochs or minutes replaces the old ones, and ``device`` the old device; everything
    else is as it was. ``settings`` (``text`` among them) are needed only when a file has moved, and must name
    the same data. ``out`` defaults to the checkpoint's own folder. Raises what ``train`` raises, and
    TrainingError for a run that has reached its end.
    """
    _look_at(settings=settings, text=text, out=out)
    watcher = Watcher() if watcher is None else arguments.instance(watcher, Watcher, "watcher", _WATCHER)
    saved = read_checkpoint(checkpoint, LAST)
    header, options = saved.header, saved.header.options
    if not saved.moments:
        raise CheckpointError(
            f"{checkpoint} holds a model without the state of its optimizer, so its run cannot go on; "
            f"resume from {LAST}"
        )
    limits = {"steps": steps, "epochs": epochs, "minutes": minutes}
    changes = limits if any(limit is not None for limit in limits.values()) else {}
    changes |= {} if device is None else {"device": device}
    # On as many processes as there are now, and shared among them as before.
    strategy = options.strategy if processes().world > 1 else "auto"
    options = Options.model_validate({**options.model_dump(), **changes, "strategy": strategy})
    graph = graph_of(saved.document, saved.name)
    moved = {**settings, **_named(find_task(header.task), header.task, text)}
    task = make_task(header.task, {**header.settings_here(), **moved})
    _stays(task, header, moved)
    data = _the_same(task, header, plan_of(options, graph, header.params, header))
    clock = _clock(options, data, header.step, header.seconds)
    if clock.done:
        raise TrainingError(
            f"the run has reached its end at step {header.step} after {header.seconds / 60:.1f} minutes; "
            "give it a later one with --steps, --epochs or --minutes"
        )
    home = Path(checkpoint) if Path(checkpoint).is_dir() else Path(checkpoint).parent
    folder = home if out is None or Path(out).resolve() == home.resolve() else chosen_folder(out)
    # As the best checkpoint says itself: a kill may have come between writing it and the last one, and in
    # another folder there is none yet.
    best = read_checkpoint(folder / BEST).header.best_loss if (folder / BEST).exists() else None
    job = Job(
        name=graph.name,
        model=_with_moments(restored(saved), saved),
        task=task,
        ports=_ports(type(task), graph, header.task, header.ports, options),
        data=data,
        header=header.model_copy(
            update={
                "options": options,
                "settings": task.model_dump(exclude_defaults=True),
                "folder": str(Path.cwd()),
                "source": data.source,
                "best_loss": best,
            }
        ),
        document=saved.document,
        clock=clock,
        moments=saved.moments,
        out=folder,
        states=saved.states,
    )
    return perform(job, watcher)


def _look_at(
    *,
    settings: object,
    text: object,
    out: object,
    params: object = EMPTY,
    ports: object = EMPTY,
    task: object = None,
) -> None:
    """Raise ArgumentError for what is none of these."""
    arguments.mapping(settings, "settings", "{'level': 'words'}")
    arguments.mapping(params, "params", "{'layers': 2}")
    arguments.mapping(ports, "ports", "{'tokens': 'words'}")
    if text is not None:
        arguments.path(text, "text", "book.txt")
    if out is not None:
        arguments.path(out, "out", "runs/first")
    if task is not None:
        arguments.text(task, "task")


def _ports(kind: type[Task], graph: Graph, name: str, chosen: Mapping[str, str], options: Options) -> Ports:
    try:
        found = find_ports(kind, graph, name, chosen)
    except TrainingError as error:
        others = fitting(tasks(), graph)
        more = f"; as it is, it fits: {', '.join(f'--task {each}' for each in others)}" if others else ""
        raise TrainingError(f"{error}{more}") from None
    if options.carry and not found.carried:
        raise TrainingError(
            f"to carry a state, a graph has it as an optional input and as an output of the same name, and "
            f"'{graph.name}' has no such pair; add one, as gru_language_model has its 'memory', or do not "
            "--carry"
        )
    return found


def plan_of(
    options: Options, graph: Graph, params: Mapping[str, Scalar], header: Header | None = None
) -> Plan:
    """What a run says to its data; ``header`` is that of a run that goes on."""
    return Plan(
        batch=options.batch,
        seed=options.seed,
        params={**graph.params, **params},
        chosen=frozenset(params),
        tokenizers=header.made() if header else {},
        carry=options.carry,
        digest=header.digest if header else "",
    )


def _provenance(graph: Graph) -> Provenance:
    versions = {"layerzoo": zoo.__version__, "torch": torch.__version__, "python": platform.python_version()}
    return Provenance(graph=semantic_hash(graph), versions=versions, command=shlex.join(sys.argv))


def _with_moments(model: nn.Module, saved: Checkpoint) -> nn.Module:
    """The model, when the optimizer's state in its checkpoint is one of its parameters."""
    shapes = {name: parameter.shape for name, parameter in model.named_parameters()}
    for name, states in saved.moments.items():
        if name not in shapes or any(
            tensor.ndim and tensor.shape != shapes[name] for tensor in states.values()
        ):
            raise CheckpointError(
                f"{saved.name} holds the optimizer's state for '{name}', which the model has not, or in "
                "another shape; it is damaged, and its run cannot go on"
            )
    return model


def _clock(options: Options, data: Data, step: int = 0, seconds: float = 0.0) -> Clock:
    limits = [options.steps] if options.steps else []
    if options.epochs:
        if data.epoch is None:
            raise TrainingError("data made by rule have no epochs; take --steps or --minutes")
        limits.append(math.ceil(options.epochs * data.epoch / options.accumulate))
    if not limits and not options.minutes:
        limits.append(DEFAULT_STEPS)
    return Clock(min(limits, default=None), options.minutes, step, seconds)


def _named(kind: type[Task], name: str, text: str | Path | None) -> dict[str, Scalar]:
    """The setting that a text is short for. TrainingError where the task has another, such as a column."""
    files = files_of(kind)
    if text is not None and files and "text" not in files:
        raise TrainingError(
            f"a text is what language models learn from, and the task '{name}' reads "
            f"{', '.join(sorted(files))}; write for example --with {min(files)}={text}"
        )
    return {} if text is None else {"text": str(text)}


def _stays(task: Task, header: Header, given: Mapping[str, Scalar]) -> None:
    """Raise TrainingError when what is learned would change under way: only files may have moved."""
    files, before = files_of(type(task)), make_task(header.task, header.settings)
    for name in given:
        if name not in files and getattr(task, name) != getattr(before, name):
            more = f"; files that have moved can be named anew: {', '.join(sorted(files))}" if files else ""
            raise TrainingError(
                f"a run goes on with the settings that it began with, and '{name}' was "
                f"{getattr(before, name)!r}; leave it out, or begin a new run (--from){more}"
            )


def _the_same(task: Task, header: Header, plan: Plan) -> Data:
    remedy = "a run goes on with the data it began with: name them with --with NAME=FILE, or begin a new run"
    try:
        data = task.data(plan)
        plan.recognise(data.digest, data.source)
    except TrainingError as error:
        raise TrainingError(f"{error} (the run began with {header.source}); {remedy}") from None
    return data
