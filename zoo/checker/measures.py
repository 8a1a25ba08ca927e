"""Measures of a resolved body: how many layers it has, and which axes its modules depend on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ScanUse, Scope, Setting, Use
from zoo.graph import Learned, Scan
from zoo.sizes import Symbolic, names


@dataclass(slots=True)
class Measures:
    """Cached measures of scopes; ``scopes`` keeps these alive while their ids are keys."""

    layers: dict[int, int] = field(default_factory=dict[int, int])
    axes: dict[int, frozenset[str]] = field(default_factory=dict[int, frozenset[str]])
    scopes: list[Scope] = field(default_factory=list[Scope])

    def count(self, scope: Scope) -> int:
        """The number of layers in a body, counting every repetition."""
        if id(scope) not in self.layers:
            self.layers[id(scope)] = sum(self._count(node.use) for node in scope.nodes.values())
            self.scopes.append(scope)
        return self.layers[id(scope)]

    def _count(self, use: Use | None) -> int:
        if isinstance(use, LayerUse):
            return 1
        if isinstance(use, BlockUse | ScanUse):
            return self.count(use.scope)
        if isinstance(use, RepeatUse):
            distinct = {id(layer): layer for layer in use.each}
            times = dict.fromkeys(distinct, 0)
            for layer in use.each:
                times[id(layer)] += 1
            return sum(times[key] * self._count(layer) for key, layer in distinct.items())
        return 0  # a reuse adds no module

    def made_with(self, scope: Scope) -> frozenset[str]:
        """The axes whose sizes occur in the settings of a body's modules or in its learned states."""
        if id(scope) not in self.axes:
            self.axes[id(scope)] = frozenset(
                word
                for node in scope.nodes.values()
                for word in self._made_with(node)
                if not word.startswith(("$", "?"))
            )
            self.scopes.append(scope)
        return self.axes[id(scope)]

    def _made_with(self, node: ResolvedNode) -> Iterable[str]:
        if isinstance(node.node, Scan):
            starts = [start for start in node.node.state.values() if isinstance(start, Learned)]
            yield from (word for start in starts for axis in start.shape for word in names(axis))
        use = node.use
        if isinstance(use, LayerUse | BlockUse):
            yield from _in_code(use.code.values())
        elif isinstance(use, RepeatUse):
            for layer in {id(layer): layer for layer in use.each}.values():
                yield from _in_code(layer.code.values())
        elif isinstance(use, ScanUse):
            yield from self.made_with(use.scope)


def _in_code(settings: Iterable[Setting]) -> Iterable[str]:
    for value in settings:
        if isinstance(value, Symbolic):
            yield from value.atoms()
