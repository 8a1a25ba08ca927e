"""A layer between two that do not fit, found by trying those whose ports allow it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zoo.checker import Memory, Resolution, resolve
from zoo.checker.resolution import LayerUse
from zoo.edits import Edit, InsertOnWire
from zoo.errors import EditError
from zoo.graph import Call, Frozen, Graph, Value
from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.sizes import Name
from zoo.spec import LayerSpec, Star
from zoo.wires import End
from zoo_gui.canvas.adding import name_for
from zoo_gui.places import frame_of

MOST = 4
"""So many are offered."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """A layer that makes a wire fit, with the settings that it takes."""

    use: str
    settings: Frozen[str, Value]
    edit: Edit
    name: str

    def __str__(self) -> str:
        given = ", ".join(f"{name} {value}" for name, value in self.settings.items())
        return f"{self.use} ({given})" if given else self.use


def adapters(resolution: Resolution, scope: str, end: End, registry: Registry) -> list[Adapter]:
    """The layers that would end the problem of a wire, put into it, and make no new one."""
    graph = resolution.graph
    worst = sum(problem.severity == "error" for problem in resolution.problems)
    memory = Memory()
    found: list[Adapter] = []
    for spec in _simple(registry):
        for settings in _settings(spec, _sizes(resolution, scope, end)):
            adapter = _adapter(graph, scope, end, spec, settings)
            if adapter is None:
                continue
            after = resolve(adapter.edit.change(graph), registry, memory=memory)
            if sum(problem.severity == "error" for problem in after.problems) < worst:
                found.append(adapter)
                break
        if len(found) == MOST:
            break
    return found


def _adapter(
    graph: Graph, scope: str, end: End, spec: LayerSpec, settings: Frozen[str, Value]
) -> Adapter | None:
    name = name_for(graph.body(scope), spec.id)
    node = Call(use=use_name(spec), settings=settings)
    edit = InsertOnWire(scope, end, name, node)
    try:
        edit.change(graph)
    except EditError:
        return None
    return Adapter(node.use, settings, edit, name)


def _simple(registry: Registry) -> Iterator[LayerSpec]:
    """Layers with one input and one output of another shape, the plainest first."""
    plain = [spec for spec in registry.layers.values() if len(spec.inputs) == len(spec.outputs) == 1]
    for spec in sorted(plain, key=lambda spec: len(spec.settings.model_fields)):
        inlet, outlet = next(iter(spec.inputs.values())), next(iter(spec.outputs.values()))
        if not inlet.variadic and inlet.shape != outlet.shape:
            yield spec


def _settings(spec: LayerSpec, sizes: list[int]) -> Iterator[Frozen[str, Value]]:
    """The settings to try: none, or the one width that must be given, with each size."""
    needed = [
        name
        for name, field in spec.settings.model_fields.items()
        if field.is_required() and name not in spec.widths
    ]
    outlet = next(iter(spec.outputs.values()))
    axes = {axis.text for axis in outlet.shape if isinstance(axis, Name) and not isinstance(axis, Star)}
    if not needed:
        yield Frozen()
    elif len(needed) == 1 and needed[0] in axes:
        yield from (Frozen[str, Value]({needed[0]: size}) for size in sizes)


def _sizes(resolution: Resolution, scope: str, end: End) -> list[int]:
    """Sizes that the node at the end of a wire may want: those of its settings and of what else it reads."""
    frame = frame_of(resolution, scope)
    if frame is None or end.node not in frame.resolved:
        return []
    resolved = frame.resolved[end.node]
    found: list[int] = []
    if isinstance(resolved.use, LayerUse):
        found += [value for value in resolved.use.settings.values() if type(value) is int]
    if isinstance(resolved.node, Call):
        found += [value for value in resolved.node.settings.values() if type(value) is int]
    for wire in resolved.inputs.values():
        for ref in wire if isinstance(wire, tuple) else (wire,):
            known = frame.names.get(ref.node)
            type_ = known.types.get(ref.port) if known and known.types and ref.port else known and known.type
            shape = [frame.ground(size) for size in type_.shape] if type_ else []
            found += [size for size in shape if isinstance(size, int)]
    for type_ in resolved.types.values():
        shape = [frame.ground(size) for size in type_.shape] if type_ else []
        found += [size for size in shape if isinstance(size, int)]
    return [*dict.fromkeys(size for size in found if size > 0)]
