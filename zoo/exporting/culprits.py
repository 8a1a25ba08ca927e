"""Finding the layer that cannot be exported: each is tried alone, with its inputs from inside the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import torch
from torch import Tensor, nn
from torch.export import ExportedProgram
from torch.utils import _pytree as pytree  # handles NamedTuples among the inputs of layers

from zoo.compiler import CompiledGraph
from zoo.errors import ExportError, ZooError
from zoo.exporting.program import LONG, SHORT, Source, trace
from zoo.exporting.writing import LACKS
from zoo.packs.offers import spec_of

Inputs = tuple[tuple[Any, ...], dict[str, Any]]
Try = Callable[[ExportedProgram, Sequence[Tensor]], None]
"""Writes the program of a layer and runs it on inputs; raises ExportError."""


class _Alone(nn.Module):
    """A layer as a function of tensors only; its other arguments are constants."""

    def __init__(self, layer: nn.Module, spec: pytree.TreeSpec, leaves: list[Any]) -> None:
        super().__init__()
        self.layer, self.spec = layer, spec
        self.fixed = [None if isinstance(leaf, Tensor) else leaf for leaf in leaves]
        self.places = [at for at, leaf in enumerate(leaves) if isinstance(leaf, Tensor)]

    def forward(self, *tensors: Tensor) -> Any:
        leaves = list(self.fixed)
        for at, tensor in zip(self.places, tensors, strict=True):
            leaves[at] = tensor
        args, kwargs = pytree.tree_unflatten(leaves, self.spec)
        return self.layer(*args, **kwargs)


def blamed(error: ExportError, source: Source, attempt: Try | None) -> ExportError:
    """The error attributed to the layer that causes it; if there is none, the error itself."""
    calls: list[dict[nn.Module, Inputs]] = []
    for lengths in (LONG, SHORT):
        sizes = source.sizes(lengths)
        with suppress(ZooError, RuntimeError):  # the model itself may not run at these sizes
            calls = [
                _calls(source.model, source.examples({name: size + more for name, size in sizes.items()}))
                for more in (0, 2)
            ]
            break
    if not calls:
        return error
    first, second = calls
    seen: set[str] = set()
    for layer, inputs in first.items():
        key = f"{type(layer)} {[*map(_shape, pytree.tree_leaves(inputs))]}"
        if key in seen or layer not in second:
            continue
        seen.add(key)
        try:
            program, given = _traced(layer, inputs, second[layer])
            if attempt is not None:
                attempt(program, given)
        except ExportError as found:
            return _told(source.model, layer, found)
    return error


def _calls(model: CompiledGraph, given: dict[str, Tensor | None]) -> dict[nn.Module, Inputs]:
    """The inputs of each layer at its first call."""
    found: dict[nn.Module, Inputs] = {}

    def note(layer: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        found.setdefault(layer, (args, kwargs))

    layers = set(model.__zoo_unit__.layers)
    hooks: list[Any] = [
        each.register_forward_pre_hook(note, with_kwargs=True)
        for each in model.modules()
        if type(each) in layers
    ]
    try:
        with torch.no_grad():
            model(given)
    finally:
        for hook in hooks:
            hook.remove()
    return found


def _traced(layer: nn.Module, inputs: Inputs, other: Inputs) -> tuple[ExportedProgram, list[Tensor]]:
    """A layer traced alone, with dynamic axes where a second call has other sizes; and that call's inputs."""
    leaves, spec = pytree.tree_flatten(inputs)
    tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
    others = [leaf for leaf in pytree.tree_leaves(other) if isinstance(leaf, Tensor)]
    given = {str(at): x.detach() for at, x in enumerate(tensors)}
    free = {
        str(at): [axis for axis, (a, b) in enumerate(zip(x.shape, y.shape, strict=False)) if a != b]
        for at, (x, y) in enumerate(zip(tensors, others, strict=False))
    }
    return trace(_Alone(layer, spec, leaves), given, free, variadic=True), others


def _told(model: CompiledGraph, layer: nn.Module, error: ExportError) -> ExportError:
    unit = model.__zoo_unit__
    path = unit.path(model, layer)
    place, spec = unit.place(path), spec_of(type(layer))
    where = f"{place}: " if place else ""
    return ExportError(
        f"{where}node '{'.'.join(path)}': the layer {spec.id if spec else type(layer).__name__} cannot be "
        f"exported, and everything before it can. {error}. {_remedy(layer, error)}"
    )


def _remedy(layer: nn.Module, error: ExportError) -> str:
    double = any(each.dtype == torch.float64 for each in layer.parameters())
    if double and LACKS in str(error):
        return "Export the model in float32: model.float()"
    return "Put another layer in its place"


def _shape(leaf: Any) -> str:
    return str(tuple(leaf.shape)) if isinstance(leaf, Tensor) else str(leaf)
