"""The parts of a subject: a model whose every node is called as a module, and inputs that fit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from zoo.checker import Resolution, resolve
from zoo.compiler import CompiledGraph
from zoo.compiler.driver import make_unit
from zoo.compiler.materialise import materialise
from zoo.compiler.scans import loop
from zoo.compiler.unit import Recipe
from zoo.errors import GraphError
from zoo.graph import Graph
from zoo.packs import Registry
from zoo.probing.sites import BATCH, axes_of
from zoo.probing.subject import Subject
from zoo.probing.words import Words, words
from zoo.tasks import Batch, Tokenizer
from zoo.tasks.ports import Ports
from zoo.tasks.task import Task
from zoo.values import Scalar


@dataclass(frozen=True)
class How:
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
        tokenizers: Mapping[str, Tokenizer],
        about: str,
    ) -> Subject:
        """A model on a batch of a task, whose loss is J; ``tokenizers`` are by the task's ports."""
        inputs = {name: self.fitting(x) for name, x in batch.inputs.items()}
        mask = None if batch.mask is None else batch.mask.to(self.device)
        fitted = Batch(inputs, self.fitting(batch.target), mask)

        def loss(outputs: Mapping[str, Tensor]) -> Tensor:
            return task.loss({name: outputs[own] for name, own in ports.outputs.items()}, fitted).value

        own = {ports.inputs[name]: x for name, x in inputs.items() if name in ports.inputs}
        shapes = ", ".join(f"{name} {' × '.join(map(str, x.shape))}" for name, x in own.items())
        made = Subject(model, resolution, own, f"{about}, {shapes}", loss, self.seed)
        named = {ports.inputs[port]: each for port, each in tokenizers.items() if port in ports.inputs}
        return replace(made, words=_said(made, named))


def _said(subject: Subject, tokenizers: Mapping[str, Tokenizer]) -> dict[str, Words]:
    """What the steps along each axis say, by the tokenizers of the inputs."""
    root = subject.resolution.root
    axes = {name: axes_of(root.inputs[name], root.values) for name in tokenizers if name in subject.inputs}
    return {
        each[1]: words(subject.inputs[name], subject.real(each[1]), tokenizers[name])
        for name, each in axes.items()
        if len(each) == 2 and each[0] == BATCH and each[1] is not None
    }
