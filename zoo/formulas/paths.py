"""The maximum path length: how many positions a signal passes from an input to a position that depends on it.

Attention connects any two positions directly, a recurrence step by step, a convolution within its reach. If
there are several paths, the shortest counts; the result is the maximum over all pairs of positions (Vaswani
et al. 2017, section 4). A **spot** is an input of the graph together with one of its axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from typing import TypeAlias

from zoo.checker.resolution import (
    BlockUse,
    LayerUse,
    RepeatUse,
    Resolution,
    ResolvedNode,
    ScanUse,
    Scope,
    Use,
)
from zoo.formulas.layers import Arriving
from zoo.formulas.orders import Order, order_of
from zoo.formulas.places import Layer, Layers, Names, arrivals, inside, steps_of
from zoo.graph import Ref, refs
from zoo.sizes import Size, symbol
from zoo.sizes.values import Symbolic
from zoo.spec import TensorType

Spot: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Way:
    """A path from a spot to a wire: its reach in positions (None: unlimited), and its length, ``order``.

    ``here`` says that the wire still has the spot's axis.
    """

    reach: int | None
    order: Order
    here: bool

    def __or__(self, other: Way) -> Way:
        """The better of two parallel paths."""
        here = self.here or other.here
        if self.reach is not None and other.reach is not None:
            return Way(max(self.reach, other.reach), _smaller(self.order, other.order), here)
        whole = [way.order for way in (self, other) if way.reach is None]
        return Way(None, reduce(_smaller, whole), here)

    def across(self, reach: int | None, order: Order) -> Way:
        """This path, continued by a step along the spot's own axis."""
        if reach is not None:
            return self if self.reach is None else replace(self, reach=self.reach + reach)
        return replace(
            self, reach=None, order=order if self.reach is not None else _smaller(self.order, order)
        )


Ways: TypeAlias = Mapping[Spot, Way]
Coming: TypeAlias = Mapping[str, Ways]


def longest_path(resolution: Resolution, layers: Layers) -> str:
    """The maximum path length of a graph, in words; empty if no positions are connected."""
    root = resolution.root
    names: Names = {name: symbol(name) for name in layers.params}
    coming = {
        name: {(name, axis): Way(0, Order(), here=True) for axis in _axes(type) if axis != "batch"}
        for name, type in root.inputs.items()
        if type is not None and type.dtype != "bool"
    }
    found = _Walk(layers).body(root, coming, names)
    ways = [way for ways in found.values() for way in ways.values()]
    whole = [way.order for way in ways if way.reach is None]
    if whole:
        return str(reduce(Order.__add__, whole))
    near = max((way.reach or 0 for way in ways), default=0)
    return f"O(1), within {near} steps" if near else ""


class _Walk:
    """Propagates paths through bodies."""

    def __init__(self, layers: Layers) -> None:
        self._layers = layers

    def body(self, scope: Scope, coming: Coming, names: Names) -> dict[str, Ways]:
        """The paths to the outputs of a body."""
        known = self.walk(scope, coming, names)
        return {name: known.get(ref, {}) for name, ref in scope.outputs.items()}

    def walk(self, scope: Scope, coming: Coming, names: Names) -> dict[Ref, Ways]:
        """The paths to every name of a body."""
        known: dict[Ref, Ways] = {Ref(name): coming.get(name, {}) for name in scope.inputs}
        for name in scope.order:
            node = scope.nodes[name]
            if node.use is None:
                continue
            ways = {
                port: reduce(_joined, (known.get(ref, {}) for ref in refs(wire)), {})
                for port, wire in node.inputs.items()
            }
            found = self._use(node.use, ways, arrivals(node, scope, names), node, names)
            known.update((Ref(name, port), each) for port, each in found.items())
        return known

    def _use(
        self, use: Use, ways: Coming, arriving: Arriving, node: ResolvedNode, names: Names
    ) -> dict[str, Ways]:
        if isinstance(use, LayerUse):
            return _through(self._layers.at(use, arriving, names), ways)
        if isinstance(use, BlockUse):
            return self.body(use.scope, ways, inside(use, arriving, names))
        if isinstance(use, RepeatUse):
            found: dict[str, Ways] = {}
            for each in use.each:
                before, found = found, self._use(each, ways, arriving, node, names)
                if found == before:
                    break  # a fixed point
                ways = {
                    port: found[use.carry[port]] if port in use.carry else way for port, way in ways.items()
                }
            return found
        if isinstance(use, ScanUse):
            return self._scan(use, ways, arriving, names)
        return self._use(use.use, ways, arriving, node, names)

    def _scan(self, use: ScanUse, ways: Coming, arriving: Arriving, names: Names) -> dict[str, Ways]:
        steps = order_of(steps_of(use, arriving))
        over = {
            axis
            for port, at in use.cut.items()
            if arriving.get(port)
            for axis in _atoms(arriving[port][0].shape[at])
        }
        # One step: split inputs have lost the axis. First without states, then through them.
        step = {
            port: {spot: replace(way, here=way.here and spot[1] not in over) for spot, way in each.items()}
            for port, each in ways.items()
        }
        direct = self.walk(
            use.scope, {port: each for port, each in step.items() if port not in use.next}, names
        )
        states: dict[str, Ways] = {state: step.get(state, {}) for state in use.next}
        while True:
            known = self.walk(use.scope, {**step, **states}, names)
            fed = {state: _joined(states[state], known.get(ref, {})) for state, ref in use.next.items()}
            if {state: {*each} for state, each in fed.items()} == {
                state: {*each} for state, each in states.items()
            }:
                break
            states = fed
        carried = self.walk(use.scope, states, names)
        everything = reduce(_joined, ways.values(), {})

        def along(spot: Spot, way: Way, *, stacked: bool) -> Way:
            if spot[1] in over and everything[spot].here:
                return replace(everything[spot].across(None, steps), here=stacked)
            return replace(way, order=way.order + steps)

        found: dict[str, Ways] = {}
        for name, ref in use.scope.outputs.items():
            late = {spot: along(spot, way, stacked=True) for spot, way in carried.get(ref, {}).items()}
            now = {
                spot: replace(way, here=way.here or (spot[1] in over and everything[spot].here))
                for spot, way in direct.get(ref, {}).items()
            }
            found[name] = _joined(now, late)
        for name, state in use.final.items():
            found[name] = {spot: along(spot, way, stacked=False) for spot, way in states[state].items()}
        return found


def _through(layer: Layer, ways: Coming) -> dict[str, Ways]:
    """The paths to the outputs of a layer, given those to its ports."""
    arriving = layer.place.arriving
    found: dict[str, Ways] = {}
    for name, type in layer.place.outputs.items():
        left = set(_axes(type))
        out: Ways = {}
        for port, each in ways.items():
            here = {axis for type in arriving.get(port, ()) for axis in _axes(type)}
            passed: dict[Spot, Way] = {}
            for spot, way in each.items():
                order = way.order
                # It runs along an axis that the signal does not have: to its far end.
                for axis in left - here - {"batch"}:
                    if layer.reach(axis) is None:
                        order = order + (layer.chains.get(axis) or Order())
                went, axis = replace(way, order=order), spot[1]
                if way.here and axis in here:
                    went = went.across(layer.reach(axis), layer.chains.get(axis) or Order())
                passed[spot] = replace(went, here=way.here and axis in left)
            out = _joined(out, passed)
        found[name] = out
    return found


def _joined(one: Ways, other: Ways) -> Ways:
    return {
        spot: one[spot] | other[spot] if spot in one and spot in other else (one.get(spot) or other[spot])
        for spot in {**one, **other}
    }


def _smaller(one: Order, other: Order) -> Order:
    """The order that grows more slowly; the first if they are equal or incomparable."""
    return other if one + other == one else one


def _axes(type: TensorType) -> list[str]:
    return [axis for size in type.shape for axis in _atoms(size)]


def _atoms(size: Size) -> list[str]:
    return [atom for atom in size.atoms() if not atom.startswith("$")] if isinstance(size, Symbolic) else []
