"""Data flow: which inputs of a graph each output depends on, and along which axes on later steps.

A **spot** is an input of the graph together with one of its axes: ``("tokens", "time")``. A wire is **ahead**
of a spot if one of its steps may depend on later steps of that input. This happens if a layer on the way
declares it (``LayerSpec.sees_ahead``), or if the axis is missing from a layer's output, which then depends on
all of it, even if the output has an axis of the same name from elsewhere (attention to all ``keys`` of the
same sequence). A spot is **hidden** if a layer could look ahead, but its settings prevent it. Axes are
identified by the names in the graph's inputs; an axis of fixed size is never a time axis.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import TypeAlias

from zoo.checker.findings import TreePath
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Scope, Use
from zoo.graph import Graph, Ref, Scan, refs
from zoo.sizes import Name, Op, Size, Symbolic, names, substitute
from zoo.spec import Axis, Port, Star, TensorType

Spot: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Cause:
    """The node that reveals or hides a spot: its path, its place in the document ``file``, its use.

    ``whole`` says that the axis is missing from its output.
    """

    path: tuple[str, ...]
    file: str
    at: TreePath
    use: LayerUse | ScanUse
    wired: frozenset[str] = frozenset()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Flow:
    """The spots that a wire depends on, and the nodes by which spots are ahead or hidden."""

    spots: frozenset[Spot] = frozenset()
    ahead: Mapping[Spot, Cause] = field(default_factory=dict[Spot, Cause])
    hidden: Mapping[Spot, Cause] = field(default_factory=dict[Spot, Cause])

    def __or__(self, other: Flow) -> Flow:
        return Flow(self.spots | other.spots, {**other.ahead, **self.ahead}, {**other.hidden, **self.hidden})

    def along(self, axes: Collection[str]) -> Iterator[Spot]:
        """The spots along some axes."""
        return (spot for spot in self.spots if spot[1] in axes)


Flows: TypeAlias = Mapping[str, Flow]
Arrival: TypeAlias = tuple[str, Flow, TensorType | None]
"""A port, or a name inside a scan, with the flow and the type that arrive there."""

NOTHING = Flow()


def outputs(graph: Graph, root: Scope) -> Flows:
    """The flow of each output of a graph from its inputs, except bool ones."""
    inputs = {
        name: Flow(frozenset((name, axis) for axis in axes_of(root.inputs.get(name), root)))
        for name, port in graph.inputs.items()
        if port.dtype != "bool"
    }
    return _Body(root).outputs(inputs)


@dataclass(frozen=True, slots=True)
class _Body:
    """A body in the traversal: its scope and its place; a scan's body has an ``outer`` one."""

    scope: Scope
    path: tuple[str, ...] = ()
    file: str = ""
    tree: TreePath = ()
    outer: _Body | None = None

    def outputs(self, inputs: Flows) -> dict[str, Flow]:
        known = self.walk(inputs)
        return {name: known.get(ref, NOTHING) for name, ref in self.scope.outputs.items()}

    def walk(self, inputs: Flows) -> Mapping[Ref, Flow]:
        """The flow of every name in the body, given those of its inputs."""
        scope = self.scope
        known = {Ref(name): inputs.get(name, NOTHING) for name in scope.inputs}
        for name in scope.order:
            node = scope.nodes[name]
            arrivals = [
                (port, known.get(ref, NOTHING), self._type(ref))
                for port, wire in node.inputs.items()
                for ref in refs(wire)
                if ref.port is not None or scope.inputs.get(ref.node) is not None
            ]
            found = self._use(node.use, arrivals, node, (name,))
            known.update((Ref(name, port), flow) for port, flow in found.items())
        return known

    def _type(self, ref: Ref) -> TensorType | None:
        if ref.port is None:
            return self.scope.inputs.get(ref.node)
        node = self.scope.nodes.get(ref.node)
        return node.types.get(ref.port) if node else None

    def _use(
        self, use: Use | None, arrivals: Sequence[Arrival], node: ResolvedNode, path: tuple[str, ...]
    ) -> dict[str, Flow]:
        """The flow of each output of a node."""
        if isinstance(use, LayerUse):
            return self._layer(use, arrivals, path)
        if isinstance(use, BlockUse):
            body = _Body(use.scope, (*self.path, *path), use.file, ("blocks", use.name))
            return body.outputs({port: flow for port, flow, _ in arrivals})
        if isinstance(use, RepeatUse):
            return self._repeat(use, arrivals, node, path)
        if isinstance(use, ReuseUse):
            home = self
            for _ in range(use.depth):
                assert home.outer is not None
                home = home.outer
            if isinstance(use.use, ScanUse):
                return self._scan(use.use, arrivals, home, use.target, path)
            return self._use(use.use, arrivals, node, path)
        if isinstance(use, ScanUse):
            return self._scan(use, arrivals, self, path[0], path)
        return dict.fromkeys(node.types, _joined(flow for _, flow, _ in arrivals))

    def _layer(self, use: LayerUse, arrivals: Sequence[Arrival], path: tuple[str, ...]) -> dict[str, Flow]:
        wired = frozenset(port for port, _, _ in arrivals)
        cause = self._cause(path, use, wired)
        ahead: dict[Spot, Cause] = {}
        hidden: dict[Spot, Cause] = {}
        for port, flow, type_ in arrivals:
            for axes, found in ((use.ahead, ahead), (use.hidden, hidden)):
                along = self._along(use.spec.inputs[port], axes, type_) if axes else ()
                found.update(dict.fromkeys(flow.along(along), cause))
        joined = _joined(flow for _, flow, _ in arrivals) | Flow(frozenset(), ahead, hidden)
        return {name: joined | Flow(ahead=self._gone(use, name, arrivals, cause)) for name in use.outputs}

    def _gone(
        self, use: LayerUse, output: str, arrivals: Sequence[Arrival], cause: Cause
    ) -> dict[Spot, Cause]:
        """The spots along axes of a layer's inputs that its output lacks.

        Axes are compared by their names in the graph and, unless a rule decides what the layer sees, also by
        the names in its hints.
        """
        left = axes_of(use.outputs[output], self.scope)
        kept = {word for axis in use.spec.outputs[output].shape for word in _named(axis)}
        if use.spec.outputs[output].on_demand:  # attention weights have the axis that they are summed over
            plain = [port.shape for port in use.spec.outputs.values() if not port.on_demand]
            kept &= {word for shape in plain for axis in shape for word in _named(axis)}
        cause = replace(cause, whole=True)
        gone: dict[Spot, Cause] = {}
        for port, flow, came in arrivals:
            axes = axes_of(came, self.scope) - left
            if not callable(use.spec.ahead):
                pattern = use.spec.inputs[port]
                lost = frozenset(word for axis in pattern.shape for word in _named(axis)) - kept
                axes |= frozenset(self._along(pattern, lost, came))
            gone.update(dict.fromkeys(flow.along(axes), cause))
        return gone

    def _repeat(
        self, use: RepeatUse, arrivals: Sequence[Arrival], node: ResolvedNode, path: tuple[str, ...]
    ) -> dict[str, Flow]:
        found: dict[str, Flow] = {}
        distinct = len({id(each) for each in use.each})
        met: set[int] = set()
        for index, each in enumerate(use.each):
            before, found = found, self._use(each, arrivals, node, (*path, str(index)))
            met.add(id(each))
            if found == before and len(met) == distinct:
                break  # a fixed point
            arrivals = [
                (port, found.get(use.carry[port], NOTHING), each.outputs.get(use.carry[port]))
                if port in use.carry
                else (port, flow, type_)
                for port, flow, type_ in arrivals
            ]
        return found

    def _scan(
        self, use: ScanUse, arrivals: Sequence[Arrival], home: _Body, name: str, path: tuple[str, ...]
    ) -> dict[str, Flow]:
        scan = home.scope.nodes[name].node
        assert isinstance(scan, Scan)
        body = _Body(use.scope, (*self.path, *path), home.file, (*home.tree, "nodes", name, "scan"), home)
        flows = {port: flow for port, flow, _ in arrivals}
        while True:  # until a fixed point: the value fed back may depend on more than the initial state
            known = body.walk(flows)
            fed = {
                state: flows.get(state, NOTHING) | known.get(ref, NOTHING) for state, ref in use.next.items()
            }
            if all(flows.get(state, NOTHING) == flow for state, flow in fed.items()):
                break
            flows.update(fed)
        cause = self._cause(path, use)
        whole = {
            spot: replace(cause, whole=True)
            for port, flow, type_ in arrivals
            if port in use.cut and type_ is not None
            for spot in flow.along(_words(type_.shape[use.cut[port]], self.scope))
        }
        back = dict.fromkeys(whole, cause) if scan.reverse and scan.state else {}
        found = {out: known.get(ref, NOTHING) | Flow(ahead=back) for out, ref in use.scope.outputs.items()}
        return found | {
            out: flows.get(state, NOTHING) | Flow(ahead=whole) for out, state in use.final.items()
        }

    def _cause(
        self, path: tuple[str, ...], use: LayerUse | ScanUse, wired: frozenset[str] = frozenset()
    ) -> Cause:
        return Cause((*self.path, *path), self.file, (*self.tree, "nodes", path[0]), use, wired)

    def _along(self, port: Port, axes: frozenset[str], type_: TensorType | None) -> list[str]:
        """The names, in the type that arrives, of the port's axes with these names."""
        if type_ is None:
            return []
        star = next(
            (index for index, axis in enumerate(port.shape) if isinstance(axis, Star)), len(port.shape)
        )
        places = [
            index if index < star else index - len(port.shape)
            for index, axis in enumerate(port.shape)
            if isinstance(axis, Name) and axis.text in axes
        ]
        return [word for place in places for word in _words(type_.shape[place], self.scope)]


def axes_of(type_: TensorType | None, scope: Scope) -> frozenset[str]:
    """The names of the axes of a type, as in the graph's inputs."""
    return frozenset(word for size in type_.shape for word in _words(size, scope)) if type_ else frozenset()


def _named(axis: Axis) -> Collection[str]:
    """The names in an axis of a hint; none in ``*any`` and ``_``."""
    return {*names(axis)} if isinstance(axis, Name | Op) else ()


def _words(size: Size, scope: Scope) -> Collection[str]:
    ground = substitute(size, scope.values)
    return tuple(ground.atoms()) if isinstance(ground, Symbolic) else ()


def _joined(flows: Iterable[Flow]) -> Flow:
    return reduce(Flow.__or__, flows, NOTHING)
