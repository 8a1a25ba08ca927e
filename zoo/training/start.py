"""Beginning a run: files and options in, a job out, and the job performed."""

from __future__ import annotations

import platform
import shlex
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

import zoo
from zoo import arguments
from zoo.errors import TrainingError
from zoo.files import semantic_hash
from zoo.files.texts import document_of, graph_of
from zoo.graph import Graph
from zoo.tasks import find_task, make_task
from zoo.tasks.ports import fit_params
from zoo.tasks.trying import try_model
from zoo.training.checkpoint import Checkpoint, Header, Provenance
from zoo.training.folder import chosen_folder, free_folder
from zoo.training.graphs import as_graph, initial_model
from zoo.training.job import Job, Result
from zoo.training.options import DEFAULT_TASK, Options
from zoo.training.planning import WATCHER, clock_of, look_at, named, plan_of, ports_of
from zoo.training.pretrained import read_pretrained, take_over
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
    found = ports_of(kind, graph, task, ports, options)
    chosen = make_task(task, {**settings, **named(kind, task, text)})
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
        clock=clock_of(options, data),
        moments=None,
        out=free_folder(graph.name) if out is None else chosen_folder(out),
    )
    return perform(job, watcher)


def _provenance(graph: Graph) -> Provenance:
    versions = {"layerzoo": zoo.__version__, "torch": torch.__version__, "python": platform.python_version()}
    return Provenance(graph=semantic_hash(graph), versions=versions, command=shlex.join(sys.argv))
