"""The place of a layer: the sizes around it, translated from the names of its body to those of the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from zoo.checker.resolution import BlockUse, LayerUse, Resolution, ResolvedNode, ScanUse, Scope
from zoo.formulas.layers import Arriving, LayerFormulas, Place
from zoo.formulas.orders import Order
from zoo.graph import refs
from zoo.sizes import Size, substitute
from zoo.sizes.values import Symbolic
from zoo.spec import TensorType

Names: TypeAlias = Mapping[str, Size]
"""The names of a body, in terms of the names of the whole graph."""


class Layer:
    """A layer at its place; each figure is measured lazily."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._measuring = LayerFormulas(place)
        self._reach: dict[str, int | None] = {}

    @cached_property
    def parameters(self) -> Size | None:
        return self._measuring.parameters()

    def parameter(self, name: str) -> Size | None:
        """The number of elements of one parameter."""
        return self._measuring.parameters(name)

    @cached_property
    def chains(self) -> Mapping[str, Order | None]:
        """How its longest chain of operations grows with each axis except the batch."""
        return {axis: self._measuring.chain(axis) for axis in self.place.axes if axis != "batch"}

    @cached_property
    def chain(self) -> Order | None:
        chains = [*self.chains.values()]
        return None if None in chains else sum((each for each in chains if each), start=Order())

    @cached_property
    def flops(self) -> Size | None:
        _ = self.chains  # measured first
        return self._measuring.flops()

    @cached_property
    def kept(self) -> Size | None:
        _ = self.chains  # measured first
        return self._measuring.kept()

    @property
    def fixed(self) -> frozenset[str]:
        """The params for whose current value only the formulas of parameters and FLOPs hold."""
        return frozenset(self._measuring.fixed)

    def reach(self, axis: str) -> int | None:
        """How far it sees along an axis; None means the whole axis."""
        if axis not in self._reach:
            self._reach[axis] = self._measuring.reach(axis)
        return self._reach[axis]

    @property
    def path(self) -> str:
        """The maximum path length through it, or a stack of it; empty if it connects no positions."""
        words: list[str] = []
        whole: Order | None = None
        for axis, chain in self.chains.items():
            reach = self.reach(axis)
            if reach:
                words.append(f"O({axis})" if reach == 1 else f"O({axis}/{reach})")
            elif reach is None:
                whole = (whole or Order()) + (chain or Order.of(axis, "?"))
        return " + ".join(
            [*words, *([str(whole)] if whole is not None and not (words and whole.constant) else [])]
        )


@dataclass(slots=True)
class Layers:
    """The layers of a graph; equal layers at equal places are measured once."""

    resolution: Resolution
    _found: dict[str, Layer] = field(default_factory=dict[str, Layer])

    @property
    def params(self) -> dict[str, int]:
        """The integer params, with their dollar signs."""
        return {name: value for name, value in self.resolution.root.values.items() if _whole(value)}

    def at(self, use: LayerUse, arriving: Arriving, names: Names) -> Layer:
        """A layer at its place."""
        code: dict[str, Size] = {}
        for setting, size in use.code.items():
            if isinstance(size, Symbolic) and _whole(use.settings[setting]):
                code[setting] = substitute(size, names)
        ports = {port: types for port, types in arriving.items() if port in use.spec.inputs}
        outputs = {name: _renamed(type, names) for name, type in use.outputs.items()}
        place = Place(use, ports, outputs, code, self.params)
        shown = {port: [*map(str, types)] for port, types in ports.items()}
        key = repr((use.spec.id, use.spec.version, use.settings, shown, code, sorted(use.read)))
        return self._found.setdefault(key, Layer(place))


def arrivals(node: ResolvedNode, scope: Scope, names: Names) -> Arriving:
    """The types that arrive at each port of a node, in the names of the whole graph."""
    found = {port: [scope.type_of(ref) for ref in refs(wire)] for port, wire in node.inputs.items()}
    return {
        port: tuple(_renamed(type, names) for type in types if type is not None)
        for port, types in found.items()
    }


def _renamed(type: TensorType, names: Names) -> TensorType:
    return TensorType(type.dtype, tuple(substitute(size, names) for size in type.shape))


def inside(use: BlockUse, arriving: Arriving, names: Names) -> Names:
    """The names in a block: its axes from the arriving types, its params from its use."""
    found: dict[str, Size] = {
        name: value
        for name, value in use.scope.values.items()
        if _whole(value) or isinstance(value, Symbolic)
    }
    for port, type in use.scope.inputs.items():
        if type is not None and arriving.get(port):
            for own, size in zip(type.shape, arriving[port][0].shape, strict=True):
                if (
                    isinstance(own, Symbolic)
                    and str(own) == next(own.atoms())
                    and not str(own).startswith("$")
                ):
                    found[str(own)] = size
    for name, size in use.code.items():
        if isinstance(size, Symbolic) or (isinstance(size, int) and not isinstance(size, bool)):
            found[name] = substitute(size, names)
    return found


def steps_of(use: ScanUse, arriving: Arriving) -> Size:
    """The number of steps of a scan."""
    return next((arriving[port][0].shape[at] for port, at in use.cut.items() if arriving.get(port)), 0)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
