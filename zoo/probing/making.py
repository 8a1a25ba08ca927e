"""Making a subject: of a graph with fresh weights and random data or a task's, or of a run with its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

import zoo
from zoo import arguments
from zoo.checker import Resolution, resolve
from zoo.compiler import CompiledGraph
from zoo.compiler.driver import make_unit
from zoo.compiler.materialise import materialise
from zoo.compiler.scans import loop
from zoo.compiler.target import device_of, dtype_of
from zoo.compiler.unit import Recipe
from zoo.errors import FileError, GraphError, ZooError
from zoo.graph import Graph
from zoo.packs import Registry, locate
from zoo.probing.sites import BATCH
from zoo.probing.subject import Subject
from zoo.samples import random_inputs, sizes_of
from zoo.tasks import Batch, Plan, find_task, make_task
from zoo.tasks.ports import Ports, find_ports, fit_params
from zoo.tasks.task import Task
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
    seed: int = 0,
    dtype: torch.dtype = torch.float64,
    device: str | torch.device = "cpu",
    registry: Registry | None = None,
) -> Subject:
    """A graph (itself, its file, a name of the library) with fresh weights, or a run of `zoo train` with
    its own.

    The data are a run's own, those of a ``task`` with its ``settings``, or random of these ``sizes`` (time
    is 32 where nothing is said), ``examples`` of them. Layers are those of ``registry``, by default of the
    installed packs. Raises what loading, checking and tasks raise; ZooError for a choice that a run has made.
    """
    how = _How(arguments.whole(seed, "seed"), dtype_of(dtype), device_of(device), registry)
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
        given = {"task": task, "settings": settings, "params": params, "sizes": sizes, "ports": ports}
        chosen = [name for name, value in given.items() if value]
        if chosen:
            raise ZooError(
                f"{what} is a run, which has its own {chosen[0]}; leave that out, or probe its graph"
            )
        return _of_run(what, examples, how)
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
    return how.on_batch(how.watched(resolution), resolution, made, found, data.batch(0), f"the task {task}")


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


@dataclass(frozen=True)
class _How:
    """What all ways of making a subject share."""

    seed: int
    dtype: torch.dtype
    device: torch.device
    registry: Registry | None

    def resolved(self, graph: Graph, params: Mapping[str, Scalar]) -> Resolution:
        resolution = resolve(graph, self.registry, params=params)
        if not resolution.ok:
            raise GraphError([problem for problem in resolution.problems if problem.severity == "error"])
        return resolution

    def watched(self, resolution: Resolution) -> CompiledGraph:
        """The model with every node of a scan in its loop, called as a module."""
        layers = None
        if self.registry is not None:
            layers = tuple(spec.cls for spec in self.registry.layers.values())
        recipe = Recipe(resolution.graph, dict(resolution.params), layers)
        unit = make_unit(recipe, self.registry, loop.lowering(hoist=False))
        model = materialise(unit, self.device, self.dtype, self.seed)
        assert isinstance(model, CompiledGraph)
        model.requires_grad_(True)
        return model.eval()

    def fitting(self, x: Tensor) -> Tensor:
        return x.to(self.device, self.dtype if x.is_floating_point() else x.dtype)

    def on_batch(
        self,
        model: CompiledGraph,
        resolution: Resolution,
        task: Task,
        ports: Ports,
        batch: Batch,
        about: str,
    ) -> Subject:
        """A model on a batch of a task, whose loss is J."""
        inputs = {name: self.fitting(x) for name, x in batch.inputs.items()}
        mask = None if batch.mask is None else batch.mask.to(self.device)
        fitted = Batch(inputs, self.fitting(batch.target), mask)

        def loss(outputs: Mapping[str, Tensor]) -> Tensor:
            return task.loss({name: outputs[own] for name, own in ports.outputs.items()}, fitted).value

        own = {ports.inputs[name]: x for name, x in inputs.items() if name in ports.inputs}
        shapes = ", ".join(f"{name} {' × '.join(map(str, x.shape))}" for name, x in own.items())
        return Subject(model, resolution, own, f"{about}, {shapes}", loss, self.seed)


def _random(
    graph: Graph, params: Mapping[str, Scalar], sizes: Mapping[str, int], examples: int, how: _How
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


def _of_run(path: str | Path, examples: int, how: _How) -> Subject:
    from zoo.files.texts import graph_of
    from zoo.training.checkpoint import read_checkpoint
    from zoo.training.graphs import restored
    from zoo.training.planning import plan_of

    saved = read_checkpoint(path)
    header = saved.header
    graph = graph_of(saved.document, saved.name)
    resolution = how.resolved(graph, header.params)
    model = how.watched(resolution)
    model.load_state_dict(restored(saved).state_dict())
    task = make_task(header.task, header.settings_here())
    data = task.data(plan_of(header.options, graph, header.params, header))
    batch = next(iter(data.validation()))
    few = batch.part(0, max(-(-len(batch.target) // examples), 1))
    ports = find_ports(type(task), graph, header.task, header.ports)
    about = f"step {header.step:,} of {path}, validation data of {header.task}"
    return how.on_batch(model, resolution, task, ports, few, about)
