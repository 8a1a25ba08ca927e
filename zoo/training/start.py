"""Beginning a run: files and options in, a job out, and the job performed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from zoo import arguments
from zoo.errors import TrainingError
from zoo.files.texts import document_of, graph_of
from zoo.graph import Graph
from zoo.tasks import find_task, make_task
from zoo.tasks.files import look_for
from zoo.tasks.ports import fit_params
from zoo.tasks.trying import try_model
from zoo.training.checkpoint import Checkpoint
from zoo.training.folder import chosen_folder, free_folder
from zoo.training.graphs import as_graph, initial_model
from zoo.training.header import Header
from zoo.training.job import Job, Result
from zoo.training.options import DEFAULT_TASK, Options
from zoo.training.planning import WATCHER, clock_of, look_at, named, plan_of, ports_of
from zoo.training.pretrained import Weights, read_pretrained, take_over
from zoo.training.provenance import provenance
from zoo.training.run import perform
from zoo.training.watcher import Watcher
from zoo.values import EMPTY, Scalar

_OPTIONS = "write for example Options(steps=500, batch=16)"


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
    look_at(settings=settings, text=text, params=params, ports=ports, out=out, task=task)
    options = Options() if options is None else arguments.instance(options, Options, "options", _OPTIONS)
    watcher = Watcher() if watcher is None else arguments.instance(watcher, Watcher, "watcher", WATCHER)
    learned = None if pretrained is None else read_pretrained(pretrained)
    choice = _chosen(graph, task, settings, params, ports, learned)
    choice = replace(choice, settings={**choice.settings, **named(find_task(choice.task), choice.task, text)})
    return perform(_job(choice, options, learned, out), watcher)


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is to be trained for what."""

    graph: Graph
    task: str
    settings: Mapping[str, Scalar]
    params: Mapping[str, Scalar]
    ports: Mapping[str, str]


def _chosen(
    graph: Graph | str | Path | None,
    task: str | None,
    settings: Mapping[str, Scalar],
    params: Mapping[str, Scalar],
    ports: Mapping[str, str],
    learned: Checkpoint | Weights | None,
) -> _Choice:
    """What was chosen; what was not is that of the checkpoint to begin with, else the task's own."""
    if graph is None and isinstance(learned, Weights):
        raise TrainingError(f"{learned.name} holds weights alone; name the graph that they are for")
    header = learned.header if isinstance(learned, Checkpoint) else None
    task = task or (header.task if header else DEFAULT_TASK)
    if graph is None and isinstance(learned, Checkpoint):
        header = learned.header
        graph = graph_of(learned.document, learned.name)
        settings = {**header.settings_here(), **settings}
        params, ports = {**header.params, **params}, {**header.ports, **ports}
    graph = as_graph(find_task(task).graph if graph is None else graph)
    return _Choice(graph, task, settings, params, ports)


def _job(
    choice: _Choice, options: Options, learned: Checkpoint | Weights | None, out: str | Path | None
) -> Job:
    """All that the run needs: its data are read, its model is made and has been tried."""
    graph, params = choice.graph, choice.params
    kind = find_task(choice.task)
    ports = ports_of(kind, graph, choice.task, choice.ports, options)
    task = make_task(choice.task, choice.settings)
    look_for(task)
    fit_params(graph, params, {})
    plan = plan_of(options, graph, params)
    if isinstance(learned, Checkpoint):
        plan = replace(plan, tokenizers=learned.header.made())
    data = task.data(plan)
    values = fit_params(graph, params, data.params)
    model = initial_model(graph, options.seed, values)
    if learned is not None:
        data = replace(data, about=(*data.about, take_over(model, learned)))
    try_model(task, graph, model, ports, data, values)
    header = Header(
        task=choice.task,
        settings=task.model_dump(exclude_defaults=True),
        folder=str(Path.cwd()),
        params=values,
        ports=dict(choice.ports),
        tokenizers={port: each.to_text() for port, each in data.tokenizers.items()},
        context=data.context,
        unit=data.unit,
        options=options,
        source=data.source,
        digest=data.digest,
        baseline=data.baseline,
        provenance=provenance(graph),
    )
    return Job(
        name=graph.name,
        model=model,
        task=task,
        ports=ports,
        data=data,
        header=header,
        document=document_of(graph),
        clock=clock_of(options, data),
        moments=None,
        out=free_folder(graph.name) if out is None else chosen_folder(out),
    )
