"""The sum over a graph: what every node costs, in the names of the graph's params and axes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import groupby
from typing import TypeAlias

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
from zoo.errors import SizeError
from zoo.formulas.layers import Arriving
from zoo.formulas.orders import Order, order_of
from zoo.formulas.paths import longest_path
from zoo.formulas.places import Layer, Layers, Names, arrivals, inside, steps_of
from zoo.graph import Learned, Repeat, Scan
from zoo.packs.offers import use_name
from zoo.sizes import Size, evaluate, symbol


@dataclass(frozen=True, slots=True)
class Held:
    """Parameters: how many numbers, how often there are as many, and the layer that they are of, if any."""

    size: Size | None
    times: Size = 1
    layer: Layer | None = None


Parameters: TypeAlias = Mapping[str, Held]
"""Parameters by the dotted name of their layer or state; ``*`` stands for the layers of a repeat."""


@dataclass(frozen=True, slots=True)
class Formulas:
    """What a node costs, with all that is in it; what follows no formula is None.

    ``sequential`` is how the longest chain of operations grows with the axes, where all that can be done at
    once is done at once. ``path`` tells how a layer joins the places of a sequence, in words. ``kept`` is how
    many numbers a layer keeps for its backward pass, with the params as they are, where that was asked for.
    ``children`` run ``times`` times each. ``fixed`` are params for whose value alone the formulas hold.
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
    """The formulas of a graph without errors; with ``kept`` also of what layers keep, which takes longer."""
    layers = Layers(resolution)
    names = {name: symbol(name) for name in layers.params}
    children, held = _Meter(layers, kept=kept).body(resolution.root, names)
    found = _gathered(Formulas(resolution.graph.name, "graph", total(held), 0, None), children)
    return replace(found, path=longest_path(resolution, layers))


class _Meter:
    """Measures nodes; ``layers`` measures equal layers once."""

    def __init__(self, layers: Layers, *, kept: bool) -> None:
        self._layers = layers
        self._with_kept = kept

    def body(self, scope: Scope, names: Names) -> tuple[tuple[Formulas, ...], Parameters]:
        """The nodes of a body, and the parameters that live in it."""
        found: list[Formulas] = []
        held: dict[str, Held] = {}
        for name, node in scope.nodes.items():
            if node.use is not None:
                one, inner = self._node(node, node.use, arrivals(node, scope, names), names)
                found.append(replace(one, name=name, parameters=total(inner)))
                held |= {f"{name}.{key}".removesuffix("."): count for key, count in inner.items()}
        return tuple(found), held

    def _node(
        self, node: ResolvedNode, use: Use, arriving: Arriving, names: Names
    ) -> tuple[Formulas, Parameters]:
        """A node; a tied parameter counts where it lives, a reused module not again."""
        found, held = self._use(use, arriving, node, names)
        if isinstance(use, ReuseUse):
            return replace(found, what=f"reuse of {use.target}", children=()), {}
        if isinstance(node.node, Scan):
            found = replace(found, what=f"scan over {node.node.over}")
            held = {**held, **_learned(node.node, names)}
        return found, _untied(held, node.ties)

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
            if use.next and found.sequential is not None:  # without states, all steps are taken at once
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
        shared = False
        if isinstance(node.node, Repeat):
            count, shared = evaluate(node.node.count, names.__getitem__), node.node.share
        if len(measured) == 1 or all(run[:2] == runs[0][:2] for run in runs):
            runs = [(*runs[0][:2], count)]
        children = tuple(
            replace(one, name="each", parameters=total(held), times=times) for one, held, times in runs
        )
        held = {
            f"{'*' if len(runs) == 1 else index}.{key}".removesuffix("."): replace(
                each, times=1 if shared else each.times * times
            )
            for index, (_, inner, times) in enumerate(runs)
            for key, each in inner.items()
        }
        return _gathered(Formulas("", f"repeat of {runs[0][0].what}", 0, 0, None), children), held

    def _layer(self, use: LayerUse, arriving: Arriving, names: Names) -> tuple[Formulas, Parameters]:
        layer = self._layers.at(use, arriving, names)
        kept = layer.kept if self._with_kept else None
        found = Formulas("", use_name(use.spec), 0, layer.flops, layer.chain, layer.path, kept)
        held = {"": Held(layer.parameters, 1, layer)}
        return replace(found, fixed=layer.fixed), held


def total(held: Parameters) -> Size | None:
    """How many numbers all parameters have."""
    return _sum(each.size if each.size is None else each.size * each.times for each in held.values())


def _untied(held: Parameters, ties: Iterable[str]) -> Parameters:
    """The parameters without those that live elsewhere."""
    left = dict(held)
    for own in ties:
        # A tie may go through nodes and the layers of a repeat: `decoder.0.embed.weight`.
        named = {own, re.sub(r"(^|\.)\d+\.", r"\1*.", own)}
        for key, each in held.items():
            if key in named:
                del left[key]
            for name in named:
                if each.layer is not None and (not key or name.startswith(f"{key}.")):
                    size = each.layer.parameter(name[len(key) :].removeprefix("."))
                    left[f"{key} {own}"] = Held(None if size is None else 0 - size)
    return left


def _learned(scan: Scan, names: Names) -> Parameters:
    """The parameters that the states of a scan start from; an axis without a number is broadcast."""
    found: dict[str, Held] = {}
    for name, start in scan.state.items():
        if isinstance(start, Learned):
            size: Size = 1
            for axis in start.shape:
                each = evaluate(axis, lambda word: names.get(word, symbol(word)))
                if isinstance(each, int) or all(atom.startswith("$") for atom in each.atoms()):
                    size = size * each
            found[name] = Held(size)
    return found


def _gathered(node: Formulas, children: tuple[Formulas, ...]) -> Formulas:
    """A node with what its children cost together: counts add up, and so do chains in the worst case."""
    chains = [child.sequential for child in children]
    chain = None if None in chains else reduce(Order.__add__, (each for each in chains if each), Order())
    flops = _sum(child.flops if child.flops is None else child.flops * child.times for child in children)
    fixed = frozenset(name for child in children for name in child.fixed)
    return replace(node, children=children, flops=flops, sequential=chain, fixed=fixed)


def _sum(sizes: Iterable[Size | None]) -> Size | None:
    """The sum; None when one is unknown, or it is too long to be written."""
    result: Size = 0
    try:
        for size in sizes:
            if size is None:
                return None
            result = result + size
    except SizeError:
        return None
    return result
