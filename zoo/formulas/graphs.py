"""The costs of all nodes of a graph, in the names of the graph's params and axes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from itertools import accumulate, groupby, pairwise

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
from zoo.formulas.layers import Arriving
from zoo.formulas.orders import Order, order_of
from zoo.formulas.parameters import Held, Parameters, learned, size_of, summed, total, untied
from zoo.formulas.paths import longest_path
from zoo.formulas.places import Layers, Names, arrivals, inside, steps_of
from zoo.graph import Repeat, Scan
from zoo.packs.offers import use_name
from zoo.sizes import Size, evaluate, symbol


@dataclass(frozen=True, slots=True)
class Formulas:
    """The costs of a node, including everything inside it; those without a formula are None.

    ``sequential`` is the growth of the longest chain of dependent operations. ``path`` describes the longest
    path between positions of a sequence. ``kept`` is the number of elements saved for the backward pass, for
    the current params, if requested. Each of the ``children`` runs ``times`` times. ``fixed`` are params for
    whose current value only the formulas hold.
    """

    name: str
    what: str
    parameters: Size | None
    flops: Size | None
    sequential: Order | None
    path: str = ""
    kept: Size | None = None
    times: Size = 1
    children: tuple[Formulas, ...] = ()
    fixed: frozenset[str] = frozenset()


def formulas(resolution: Resolution, *, kept: bool = False) -> Formulas:
    """The formulas of an error-free graph; ``kept`` includes saved activations, which takes longer."""
    layers = Layers(resolution)
    names = {name: symbol(name) for name in layers.params}
    children, held = _Meter(layers, kept=kept).body(resolution.root, names)
    found = _gathered(Formulas(resolution.graph.name, "graph", total(held), 0, None), children)
    return replace(found, path=longest_path(resolution, layers))


class _Meter:
    """Measures nodes; ``layers`` measures equal layers only once."""

    def __init__(self, layers: Layers, *, kept: bool) -> None:
        self._layers = layers
        self._with_kept = kept

    def body(self, scope: Scope, names: Names) -> tuple[tuple[Formulas, ...], Parameters]:
        """The costs of the nodes of a body, and the parameters that the body owns."""
        found: list[Formulas] = []
        held: dict[str, Held] = {}
        for name, node in scope.nodes.items():
            if node.use is not None:
                one, inner = self._node(name, node, node.use, arrivals(node, scope, names), names)
                found.append(replace(one, name=name, parameters=total(inner)))
                held |= {f"{name}.{key}".removesuffix("."): count for key, count in inner.items()}
        return tuple(found), held

    def _node(
        self, name: str, node: ResolvedNode, use: Use, arriving: Arriving, names: Names
    ) -> tuple[Formulas, Parameters]:
        """The costs of a node; a tied parameter counts at its owner, and a reused module only once."""
        found, held = self._use(use, arriving, node, names)
        if isinstance(use, ReuseUse):
            return replace(found, what=f"reuse of {use.target}", children=()), {}
        if isinstance(node.node, Scan):
            found = replace(found, what=f"scan over {node.node.over}")
            held = {**held, **learned(node.node, names)}
        if not isinstance(use, RepeatUse):
            return found, untied(held, node.ties)
        left = untied(held, () if _shares(node) else filter(_is_of_one, node.ties))
        for own, tie in node.ties.items():
            if not _is_of_one(own) and not tie.depth and tie.node == name:  # the layer that owns it
                counted = {key: each for key, each in held.items() if "-" not in key}
                left[f"+{own}"] = Held(size_of(counted, tie.parameter))
        return found, left

    def _use(
        self, use: Use, arriving: Arriving, node: ResolvedNode, names: Names
    ) -> tuple[Formulas, Parameters]:
        if isinstance(use, LayerUse):
            return self._layer(use, arriving, names)
        if isinstance(use, BlockUse):
            children, held = self.body(use.scope, inside(use, arriving, names))
            return _gathered(Formulas("", f"block {use.name}", 0, 0, None), children), held
        if isinstance(use, RepeatUse):
            return self._repeat(use, arriving, node, names)
        if isinstance(use, ScanUse):
            children, held = self.body(use.scope, names)
            steps = steps_of(use, arriving)
            found = _gathered(
                Formulas("", "scan", 0, 0, None), tuple(replace(child, times=steps) for child in children)
            )
            if use.next and found.sequential is not None:  # without states, all steps are parallel
                found = replace(found, sequential=found.sequential * order_of(steps))
            return found, held
        return self._use(use.use, arriving, node, names)

    def _repeat(
        self, use: RepeatUse, arriving: Arriving, node: ResolvedNode, names: Names
    ) -> tuple[Formulas, Parameters]:
        distinct = {id(each): each for each in use.each}
        measured = {key: self._use(each, arriving, node, names) for key, each in distinct.items()}
        runs = [(*measured[key], len([*same])) for key, same in groupby(map(id, use.each))]
        count: Size = len(use.each)
        shared = _shares(node)
        if isinstance(node.node, Repeat):
            count = evaluate(node.node.count, names.__getitem__)
        every = [_of_each(own) if shared else own for own in node.ties if shared or not _is_of_one(own)]
        runs = [(one, untied(held, every), times) for one, held, times in runs]
        if len(measured) == 1 or all(run[:2] == runs[0][:2] for run in runs):
            runs = [(*runs[0][:2], count)]
        children = tuple(
            replace(one, name="each", parameters=total(held), times=times) for one, held, times in runs
        )
        lasts = [*accumulate(len([*same]) for _, same in groupby(map(id, use.each)))]
        spans = [f"{first}:{last}" for first, last in pairwise([0, *lasts])]
        labels = spans if len(runs) > 1 else ["=" if shared else "*"]
        held = {
            f"{label}.{key}".removesuffix("."): replace(each, times=each.times * (1 if shared else times))
            for label, (_, inner, times) in zip(labels, runs, strict=True)
            for key, each in inner.items()
        }
        return _gathered(Formulas("", f"repeat of {runs[0][0].what}", 0, 0, None), children), held

    def _layer(self, use: LayerUse, arriving: Arriving, names: Names) -> tuple[Formulas, Parameters]:
        layer = self._layers.at(use, arriving, names)
        kept = layer.kept if self._with_kept else None
        found = Formulas("", use_name(use.spec), 0, layer.flops, layer.chain, layer.path, kept)
        held = {"": Held(layer.parameters, 1, layer)}
        return replace(found, fixed=layer.fixed), held


def _shares(node: ResolvedNode) -> bool:
    return isinstance(node.node, Repeat) and node.node.share


def _is_of_one(own: str) -> bool:
    """Whether the name of a parameter in a repeat is that of a single layer's parameter."""
    return own.partition(".")[0].isdigit()


def _of_each(own: str) -> str:
    """The name of a repeat's parameter within each of its layers."""
    return own.partition(".")[2] if _is_of_one(own) else own


def _gathered(node: Formulas, children: tuple[Formulas, ...]) -> Formulas:
    """A node with the total of its children: counts add up, and so do chains in the worst case."""
    chains = [child.sequential for child in children]
    chain = None if None in chains else reduce(Order.__add__, (each for each in chains if each), Order())
    flops = summed(child.flops if child.flops is None else child.flops * child.times for child in children)
    fixed = frozenset(name for child in children for name in child.fixed)
    return replace(node, children=children, flops=flops, sequential=chain, fixed=fixed)
