"""What a graph costs: parameters and floating-point operations of every node, before it is compiled.

    tree = costs(zoo.checker.resolve(graph), {"batch": 2, "time": 64})
    tree.parameters, tree.flops, tree.children[0].types

Each layer is built and called once on the ``meta`` device, where tensors have shapes but no data. FLOPs are
those of one forward pass as ``torch.utils.flop_counter`` counts them: matrix products only, no elementwise
operations, and two for a multiplication with its addition. A tied parameter counts once, at its owner; a node
that reuses another has FLOPs but no parameters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from math import prod
from typing import Any, NamedTuple, TypeAlias

from torch import nn

from zoo.axes import check_sizes
from zoo.bare import build_bare, count_flops
from zoo.checker.resolution import (
    BlockUse,
    LayerUse,
    RepeatUse,
    Resolution,
    ResolvedNode,
    ReuseUse,
    ScanUse,
    Scope,
    Use,
)
from zoo.checker.tie_cycles import name_in_model, sharers
from zoo.errors import SizeError
from zoo.graph import Learned, Repeat, Reuse, Scan, refs
from zoo.packs.offers import use_name
from zoo.sizes import Size, evaluate, substitute, symbol
from zoo.spec import DType, TensorType


class Held(NamedTuple):
    """A parameter: how many elements it has, and whether it is frozen during training."""

    size: int
    frozen: bool


Parameters: TypeAlias = Mapping[str, Held]
"""Parameters by their dotted names as seen from a node."""

Arrivals: TypeAlias = Mapping[str, tuple[TensorType | None, ...]]
"""The types that arrive at each port, in the graph's axis names; None for an input that is absent."""


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of a node, including everything inside it.

    ``types`` are the types of its outputs, in the graph's axis names. Of the ``parameters``, ``frozen`` are
    not trained. ``flops`` is None if a layer could not be called. ``children`` are the nodes inside; each
    runs ``times`` times, and its figures are those of a single run.
    """

    name: str
    what: str
    types: Mapping[str, TensorType | None]
    parameters: int
    flops: int | None
    times: int = 1
    children: tuple[Cost, ...] = ()
    frozen: int = 0


def costs(resolution: Resolution, sizes: Mapping[str, int]) -> Cost:
    """The cost of an error-free graph for the given ``sizes`` of its open axes.

    Raises ZooError if an axis has no size, or a size belongs to no axis.
    """
    check_sizes(resolution, sizes)
    graph, root = resolution.graph, resolution.root
    children, parameters = _Meter(sizes).body(root)
    types = {name: type and root.shown(type) for name, type in root.types.items()}
    whole = Cost(graph.name, "graph", types, 0, _sum(children), 1, children)
    return _counted(whole, parameters)


def count_parameters(resolution: Resolution) -> int:
    """The total number of parameter elements of an error-free graph; cheaper than ``costs``."""
    return sum(each.size for each in _Meter(None).body(resolution.root)[1].values())


def _counted(cost: Cost, held: Parameters) -> Cost:
    total = sum(each.size for each in held.values())
    return replace(cost, parameters=total, frozen=sum(each.size for each in held.values() if each.frozen))


def _frozen(cost: Cost) -> Cost:
    """The cost of a node inside a frozen one: all of its parameters are frozen."""
    return replace(cost, frozen=cost.parameters, children=tuple(map(_frozen, cost.children)))


class _Meter:
    """Measures nodes, equal layers only once; without sizes of the axes, it counts only parameters."""

    def __init__(self, sizes: Mapping[str, int] | None) -> None:
        self._sizes = sizes
        self._modules: dict[Any, tuple[nn.Module, Parameters]] = {}
        self._flops: dict[Any, int | None] = {}

    def body(self, scope: Scope) -> tuple[tuple[Cost, ...], Parameters]:
        """The costs of the nodes of a body, and the parameters that the body owns."""
        costs: list[Cost] = []
        held: dict[str, Held] = {}
        for name, node in scope.nodes.items():
            if node.use is not None:
                cost, parameters = self._node(name, node, node.use, scope)
                costs.append(cost)
                held |= {f"{name}.{key}": each for key, each in parameters.items()}
        return tuple(costs), held

    def _node(self, name: str, node: ResolvedNode, use: Use, scope: Scope) -> tuple[Cost, Parameters]:
        arrivals = {
            port: tuple(scope.arrival(ref) for ref in refs(wire)) for port, wire in node.inputs.items()
        }
        cost, held = self._use(use, arrivals)
        if isinstance(node.node, Repeat) and node.node.share:
            held = {key[2:]: each for key, each in held.items() if key.startswith("0.")}  # one module
        if isinstance(use, ReuseUse):
            cost, held = replace(cost, what=f"reuse of {use.target}", parameters=0, children=()), {}
        elif isinstance(node.node, Scan):
            held = {**held, **_learned(node.node, scope)}
            cost = replace(cost, what=f"scan over {node.node.over}")
        elsewhere = {*_tied(scope, name, node)}
        held = {key: each for key, each in held.items() if key not in elsewhere}
        if not isinstance(node.node, Reuse) and node.node.freeze:
            cost, held = _frozen(cost), {key: each._replace(frozen=True) for key, each in held.items()}
        types = {
            port: type and scope.shown(type) for port, type in node.types.items() if _computed(use, port)
        }
        return _counted(replace(cost, name=name, types=types), held), held

    def _use(self, use: Use, arrivals: Arrivals) -> tuple[Cost, Parameters]:
        if isinstance(use, LayerUse):
            _, held = self._module(use)
            return Cost("", use_name(use.spec), {}, 0, self._layer(use, arrivals)), held
        if isinstance(use, BlockUse):
            children, held = self.body(use.scope)
            return Cost("", f"block {use.name}", {}, 0, _sum(children), 1, children), held
        if isinstance(use, RepeatUse):
            return self._repeat(use, arrivals)
        if isinstance(use, ScanUse):
            children, held = self.body(use.scope)
            steps = self._steps(use, arrivals)
            children = tuple(replace(child, times=steps) for child in children)
            return Cost("", "scan", {}, 0, _sum(children), 1, children), held
        return self._use(use.use, arrivals)

    def _repeat(self, use: RepeatUse, arrivals: Arrivals) -> tuple[Cost, Parameters]:
        children: list[Cost] = []
        held: dict[str, Held] = {}
        for _, group in groupby(enumerate(use.each), lambda item: id(item[1])):
            indices = [index for index, _ in group]
            cost, parameters = self._use(use.each[indices[0]], arrivals)
            label = str(indices[0]) if len(indices) == 1 else f"{indices[0]}-{indices[-1]}"
            children.append(_counted(replace(cost, name=label, times=len(indices)), parameters))
            for index in indices:
                held |= {f"{index}.{key}": each for key, each in parameters.items()}
        what = f"repeat of {children[0].what}" if children else "repeat"
        return Cost("", what, {}, 0, _sum(children), 1, tuple(children)), held

    def _steps(self, use: ScanUse, arrivals: Arrivals) -> int:
        """The number of steps of a scan: the size of the axis along which its inputs are split."""
        if self._sizes is None:
            return 0
        for port, at in use.cut.items():
            (type,) = arrivals[port]
            if type is not None:
                return self._size(type.shape[at])
        return 0

    def _module(self, use: LayerUse) -> tuple[nn.Module, Parameters]:
        key = (use.spec.id, use.spec.version, repr(use.settings))
        if key not in self._modules:
            module = build_bare(use.spec, use.settings)
            held = {
                name: Held(parameter.numel(), not parameter.requires_grad)
                for name, parameter in module.named_parameters()
            }
            self._modules[key] = module.eval(), held
        return self._modules[key]

    def _layer(self, use: LayerUse, arrivals: Arrivals) -> int | None:
        """The FLOPs of one call of a layer; None if it cannot be called on the meta device."""
        if self._sizes is None:
            return None
        given: dict[str, list[tuple[DType, tuple[int, ...]]]] = {
            port: [(type.dtype, tuple(map(self._size, type.shape))) for type in types if type is not None]
            for port, types in arrivals.items()
        }
        key = (use.spec.id, use.spec.version, repr(use.settings), repr(given), use.read)
        if key not in self._flops:
            self._flops[key] = count_flops(self._module(use)[0], use.spec, given, use.read)
        return self._flops[key]

    def _size(self, size: Size) -> int:
        size = substitute(size, self._sizes or {})
        if not isinstance(size, int):
            raise SizeError(f"the size '{size}' is no number for the given sizes of the axes")
        return size


def _tied(scope: Scope, name: str, node: ResolvedNode) -> Iterator[str]:
    """The parameters of a node that another node owns.

    A tie of a repeat applies to all of its layers, except the one that the tie points to.
    """
    for own, tie in node.ties.items():
        owner = "" if tie.depth else name_in_model(scope.nodes, tie.node, tie.parameter)
        for sharer in sharers(scope.nodes, name, own):
            if sharer != owner:
                yield sharer.removeprefix(f"{name}.")


def _computed(use: Use, port: str) -> bool:
    """Whether an output is computed: an on-demand output is only if something reads it."""
    while isinstance(use, ReuseUse):
        use = use.use
    if not isinstance(use, LayerUse) or port not in use.spec.outputs:
        return True
    return port in use.read or not use.spec.outputs[port].on_demand


def _learned(scan: Scan, scope: Scope) -> dict[str, Held]:
    """The learned initial states of a scan as parameters; an axis without a known size is broadcast."""
    starts = {name: start for name, start in scan.state.items() if isinstance(start, Learned)}
    return {
        name: Held(
            prod(
                size
                for axis in start.shape
                if isinstance(size := substitute(evaluate(axis, symbol), scope.values), int)
            ),
            frozen=False,
        )
        for name, start in starts.items()
    }


def _sum(costs: Iterable[Cost]) -> int | None:
    """The total FLOPs, each cost multiplied by how often it runs; None if any is unknown."""
    known = [None if cost.flops is None else cost.flops * cost.times for cost in costs]
    return None if None in known else sum(filter(None, known))
