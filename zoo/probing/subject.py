"""What is probed: a model whose every node can be watched, inputs for it, and what is differentiated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import torch
from torch import Tensor

from zoo.checker import Resolution
from zoo.compiler import CompiledGraph
from zoo.errors import ZooError, did_you_mean
from zoo.probing.sites import BATCH, axes_of
from zoo.probing.words import Words
from zoo.recurrence import stepwise
from zoo.testing.inputs import is_mask

Loss: TypeAlias = Callable[[Mapping[str, Tensor]], Tensor]


@dataclass(frozen=True)
class Subject:
    """A model, inputs, and a loss of its outputs by name; without a loss, J is a random sum of an output.

    The model is evaluated, in loops with every node inside, so that each node of each step can be watched.
    ``words`` are what the steps along an axis say, where the data are texts.
    """

    model: CompiledGraph
    resolution: Resolution
    inputs: Mapping[str, Tensor]
    about: str
    loss: Loss | None = None
    seed: int = 0
    words: Mapping[str, Words] = field(default_factory=dict[str, Words])

    def outputs(self, inputs: Mapping[str, Tensor] | None = None) -> dict[str, Tensor]:
        """The outputs of the graph by name; cells of recurrent layers are called one by one."""
        with stepwise():
            found = self.model(dict(self.inputs if inputs is None else inputs))
        names = list(self.resolution.root.types)
        return dict(zip(names, (found,) if isinstance(found, Tensor) else found, strict=True))

    def towards(self, outputs: Mapping[str, Tensor], on: str = "") -> dict[str, Tensor]:
        """∂J/∂output for each output that J depends on, or for ``on`` alone."""
        floats = {name: each for name, each in outputs.items() if each.requires_grad}
        if not floats:
            raise ZooError(
                "no output depends on a number that could be differentiated; there is nothing to probe"
            )
        if on and on not in floats:
            raise ZooError(
                f"J is of an output of floats, and '{on}' is not one{did_you_mean(on, floats)}; "
                f"the graph has {', '.join(floats)}"
            )
        if self.loss is not None and not on:
            leaves = {name: each.detach().requires_grad_() for name, each in floats.items()}
            total = self.loss({**outputs, **leaves})
            found = torch.autograd.grad(total, [*leaves.values()], allow_unused=True, materialize_grads=True)
            return dict(zip(leaves, found, strict=True))
        name = on or next(iter(floats))
        generator = torch.Generator().manual_seed(self.seed)
        drawn = torch.randn(floats[name].shape, generator=generator, dtype=torch.float64)
        return {name: drawn.to(floats[name])}

    def real(self, axis: str) -> Tensor:
        """Which steps along an axis are real, as the graph's masks tell: batch × steps; all where there is
        none.
        """
        root, graph = self.resolution.root, self.resolution.graph
        shapes = {
            name: axes_of(type_, root.values) for name, type_ in root.inputs.items() if name in self.inputs
        }
        for name, axes in shapes.items():
            if axes == (BATCH, axis) and is_mask(name, graph.inputs[name]):
                return self.inputs[name]
        for name, axes in shapes.items():
            if axis in axes:
                x = self.inputs[name]
                rows = x.shape[axes.index(BATCH)] if BATCH in axes else 1
                return torch.ones(rows, x.shape[axes.index(axis)], dtype=torch.bool, device=x.device)
        raise ZooError(f"no input of the graph runs along '{axis}'")
