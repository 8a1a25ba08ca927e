"""Facts about a layer: past and future, streaming, costs, and which graphs use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from zoo.checker import resolve
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, Resolution, ReuseUse, ScanUse, Scope, Use
from zoo.errors import ZooError
from zoo.files import load
from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.sizes.words import formula
from zoo.spec import LayerSpec, Star
from zoo.testing.sizes import SEQUENCES


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of a layer, in words; empty if there is no formula, or no connection between positions.

    Parameters and FLOPs hold for the values of the ``fixed`` settings in the example.
    """

    parameters: str
    flops: str
    sequential: str
    path: str
    kept: str
    fixed: tuple[str, ...] = ()


def measured(resolution: Resolution) -> Costs:
    """The costs of the one layer of an example."""
    from zoo.formulas import formulas

    (found,) = formulas(resolution, kept=True).children
    sizes = (found.parameters, found.flops, found.kept)
    parameters, flops, kept = ("" if size is None else formula(size) for size in sizes)
    sequential = "" if found.sequential is None else str(found.sequential)
    fixed = tuple(f"{name[1:]}={resolution.params[name[1:]]}" for name in sorted(found.fixed))
    return Costs(parameters, flops, sequential, found.path, kept, fixed)


def users(registry: Registry) -> Mapping[str, tuple[str, ...]]:
    """The graphs of the library that use each layer, in the library's order, by the layer's name in files."""
    found: dict[str, list[str]] = {}
    for name, path in registry.graphs.items():
        try:
            graph = load(path)
        except ZooError:  # `zoo graphs` reports what is wrong with it
            continue
        for layer in layers_used(resolve(graph, registry)):
            found.setdefault(layer, []).append(name)
    return {layer: tuple(graphs) for layer, graphs in found.items()}


def layers_used(resolution: Resolution) -> tuple[str, ...]:
    """The layers of a graph, by the names that files use, each once, in the order of the nodes."""
    return tuple(dict.fromkeys(use_name(use.spec) for use in _uses(resolution.root)))


def _uses(scope: Scope) -> Iterator[LayerUse]:
    for name in scope.order:
        yield from _within(scope.nodes[name].use)


def _within(use: Use | None) -> Iterator[LayerUse]:
    if isinstance(use, LayerUse):
        yield use
    elif isinstance(use, BlockUse | ScanUse):
        yield from _uses(use.scope)
    elif isinstance(use, RepeatUse):
        for each in {id(each): each for each in use.each}.values():
            yield from _within(each)
    elif isinstance(use, ReuseUse):
        yield from _within(use.use)


def facts(spec: LayerSpec, settings: Mapping[str, Any]) -> Iterator[str]:
    """Facts about a layer with given settings, as sentences."""
    if spec.pointwise:
        yield "It is pointwise: it works on each place separately, and so at a single time step."
    yield from _ahead(spec, settings)
    if spec.streams:
        whole = f"; {_names(spec.whole)} are there from the start (`initial_state`)" if spec.whole else ""
        yield f"It streams: `step` takes {_names(spec.pieces)} piece by piece{whole}."
    if spec.prepares:
        yield f"What it makes of {_names(spec.prepares)} alone, a scan has it make once (`prepare`)."
    order = _promise(spec, "unordered", settings)
    if order:
        yield f"The order along {_names(order)} does not count."
    field = _promise(spec, "receptive_field", settings)
    if field is not None:
        yield f"With the settings of the example a step depends on {field} steps, its own among them."
    for check, reason in getattr(spec.cls, "exempt", {}).items():
        yield f"The examination leaves out `{check}`: {reason}."


def _ahead(spec: LayerSpec, settings: Mapping[str, Any]) -> Iterator[str]:
    """Which later steps the layer sees, and which setting changes that."""

    def seen(change: Mapping[str, Any]) -> frozenset[str]:
        return spec.sees_ahead({**settings, **change}, spec.required)

    along = seen({})
    if spec.pointwise or not any(
        isinstance(axis, Star) or str(axis) in SEQUENCES
        for port in spec.inputs.values()
        for axis in port.shape
    ):
        return  # there are no later steps
    yield (
        f"A step of an output may depend on later steps along {_names(along)}."
        if along
        else "It is causal: no step of an output depends on a later step of an input."
    )
    for name, value in settings.items():
        if isinstance(value, bool) and seen({name: not value}) != along:
            other = seen({name: not value})
            what = f"it sees later steps along {_names(other)}" if other else "it is causal"
            yield f"With `{name}: {str(not value).lower()}` {what}."


def _promise(spec: LayerSpec, name: str, settings: Mapping[str, Any]) -> Any:
    promised = getattr(spec.cls, name, None)
    return promised(settings) if callable(promised) else promised


def _names(names: Any) -> str:
    *first, last = sorted(f"`{name}`" for name in names)
    return f"{', '.join(first)} and {last}" if first else last
