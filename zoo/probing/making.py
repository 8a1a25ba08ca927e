"""Making a subject: of a graph with fresh weights and random data or a task's, or of a run with its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

import zoo
from zoo import arguments
from zoo.compiler.target import device_of, dtype_of
from zoo.errors import ChoiceError, FileError, TrainingError, ZooError
from zoo.graph import Graph
from zoo.packs import Registry, locate
from zoo.probing.building import How
from zoo.probing.sites import BATCH
from zoo.probing.subject import Subject
from zoo.samples import random_inputs, sizes_of
from zoo.tasks import Plan, find_task, make_task
from zoo.tasks.ports import find_ports, fit_params
from zoo.testing.inputs import is_mask, prefixes
from zoo.values import EMPTY, Scalar

EXAMPLES = 4
"""Sequences that are looked at where nobody says how many."""


def subject(
    what: Graph | str | Path,
    *,
    task: str = "",
    settings: Mapping[str, Scalar] = EMPTY,
    params: Mapping[str, Scalar] = EMPTY,
    sizes: Mapping[str, int] = EMPTY,
    ports: Mapping[str, str] = EMPTY,
    examples: int = EXAMPLES,
    fresh: bool = False,
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: str | torch.device = "cpu",
    registry: Registry | None = None,
) -> Subject:
    """A graph (itself, its file, a name of the library) with fresh weights, or a run of `zoo train` with
    its own.

    The data are a run's own, those of a ``task`` with its ``settings``, or random of these ``sizes`` (time
    is 32 where nothing is said), ``examples`` of them. ``settings`` may give a run other data, such as a text
    that has moved. A run that is to be ``fresh`` has the weights that its graph begins with, and its own data
    all the same. Layers are those of ``registry``, by default of the installed packs. Raises what loading,
    checking and tasks raise; ZooError for a choice that a run has made.
    """
    how = How(arguments.seed(seed), dtype_of(dtype), device_of(device), registry)
    examples = arguments.whole(examples, "examples", 1)
    for name, value, example in (
        ("settings", settings, "{'lag': 5}"),
        ("params", params, "{'layers': 2}"),
        ("sizes", sizes, "{'time': 100}"),
        ("ports", ports, "{'tokens': 'words'}"),
    ):
        arguments.mapping(value, name, example)
    if not isinstance(what, str | Path):
        what = arguments.graph(what, "what")
    elif is_run(what):
        given = {"task": task, "params": params, "sizes": sizes, "ports": ports}
        chosen = [name for name, value in given.items() if value]
        if chosen:
            raise ZooError(
                f"{what} is a run, which has its own {chosen[0]}; leave that out, or probe its graph"
            )
        return _of_run(what, settings, examples, how, fresh=fresh)
    graph = what if isinstance(what, Graph) else zoo.load(_located(what))
    if not task:
        if settings or ports:
            raise ZooError("settings and ports are a task's, and none is named; name one, or leave them out")
        return _random(graph, params, sizes, examples, how)
    if sizes:
        raise ZooError("sizes are for random data, and a task brings its own; leave them out")
    found, made = find_ports(find_task(task), graph, task, ports), make_task(task, settings)
    plan = Plan(batch=examples, seed=seed, params={**graph.params, **params}, chosen=frozenset(params))
    data = made.data(plan)
    resolution = how.resolved(graph, fit_params(graph, params, data.params))
    return how.on_batch(
        how.watched(resolution), resolution, made, found, data.batch(0), data.tokenizers, f"the task {task}"
    )


def _located(what: str | Path) -> Path:
    """The file of a graph. CheckpointError for a folder without a run in it, perhaps one above."""
    try:
        found = locate(str(what))
    except FileError:
        if not Path(what).is_dir():
            raise
        found = Path(what)
    if found.is_dir():
        from zoo.training.folder import BEST, find

        find(found, BEST)
    return found


def is_run(what: str | Path) -> bool:
    """Whether this is a run's folder, or a checkpoint in it."""
    path = Path(what)
    return path.suffix == ".safetensors" or (path.is_dir() and any(path.glob("*.safetensors")))


def _random(
    graph: Graph, params: Mapping[str, Scalar], sizes: Mapping[str, int], examples: int, how: How
) -> Subject:
    resolution = how.resolved(graph, params)
    batched = any(BATCH in str(port).split() for port in graph.inputs.values())
    chosen = sizes_of(resolution, {**({BATCH: examples} if batched else {}), **sizes})
    inputs = random_inputs(resolution, chosen, how.dtype, how.device, how.seed)
    for name, port in graph.inputs.items():
        if name in inputs and is_mask(name, port) and inputs[name].dim():
            inputs[name] = prefixes(tuple(inputs[name].shape)).to(how.device)  # the first row is full
    told = ", ".join(["random data", *(f"{axis}={size}" for axis, size in chosen.items())])
    return Subject(how.watched(resolution), resolution, inputs, told, seed=how.seed)


def _of_run(
    path: str | Path, settings: Mapping[str, Scalar], examples: int, how: How, *, fresh: bool
) -> Subject:
    """A run on its own validation data, or on those of other ``settings``."""
    from zoo.files.texts import graph_of
    from zoo.training.checkpoint import read_checkpoint
    from zoo.training.graphs import restored
    from zoo.training.planning import plan_of

    saved = read_checkpoint(path)
    header = saved.header
    graph = graph_of(saved.document, saved.name)
    resolution = how.resolved(graph, header.params)
    model = (replace(how, seed=header.options.seed) if fresh else how).watched(resolution)
    if not fresh:
        model.load_state_dict(restored(saved).state_dict())
    task = make_task(header.task, {**header.settings_here(), **settings})
    plan = plan_of(header.options, graph, header.params, header)
    try:
        data = task.data(replace(plan, digest="") if settings else plan)
    except ChoiceError:
        raise
    except TrainingError as error:
        remedy = "" if settings else "; name data to probe the run on with --with NAME=FILE"
        raise TrainingError(f"{error}{remedy}") from None
    batch = next(iter(data.validation()))
    few = batch.part(0, max(-(-len(batch.target) // examples), 1))
    ports = find_ports(type(task), graph, header.task, header.ports)
    weights = f"fresh weights for {path}" if fresh else f"step {header.step:,} of {path}"
    about = f"{weights}, validation data of {header.task}"
    return how.on_batch(model, resolution, task, ports, few, data.tokenizers, about)
