"""Starting a run: making a job from files and options, and running it."""

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
from zoo.training.planning import WATCHER, clock_of, data_of, in_memory, look_at, named, plan_of, ports_of
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
    """Train a graph for a task and save its checkpoints in the folder ``out``.

    ``task`` is a name that `zoo tasks` lists, and ``settings`` are its settings (``text`` is short for the
    setting of this name). The default graph is the task's own; ``params`` override those of the graph, which
    otherwise follow from the data; ``ports`` maps ports of the task to the graph's names, where they differ.

    ``pretrained`` is a checkpoint to start from: its weights initialise the parameters of the same names, and
    its tokenizers and task are used; without a graph, so are its graph, params and settings. A safetensors
    file that holds only weights, such as `zoo import` writes, works as well.

    ``out`` defaults to the first free one of runs/NAME, runs/NAME-2, … Raises ChoiceError for options that do
    not fit, TrainingError for data or a graph that do not fit and for a loss that is not finite, and
    CheckpointError when a checkpoint cannot be read or written.
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
    """What to train, and for which task."""

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
    """The choice with its defaults, which come from the pretrained checkpoint, else from the task."""
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
    """Everything the run needs: reads the data, and makes and tries the model."""
    graph, params = choice.graph, choice.params
    kind = find_task(choice.task)
    ports = ports_of(kind, graph, choice.task, choice.ports, options)
    task = make_task(choice.task, choice.settings)
    look_for(task)
    fit_params(graph, params, {})
    plan = plan_of(options, graph, params)
    if isinstance(learned, Checkpoint):
        plan = replace(plan, tokenizers=learned.header.made())
    data = data_of(task, plan)
    values = fit_params(graph, params, data.params)
    model = initial_model(graph, options.seed, values)
    if learned is not None:
        data = replace(data, about=(*data.about, take_over(model, learned)))
    remedy = "take a smaller --batch, shorter examples (--with), or a smaller model (--set)"
    with in_memory(f"the model and a batch of {options.batch}", remedy):
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
