"""What the checker found out about each node, by where it stands in the graph."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from zoo.checker import Resolution
from zoo.checker.resolution import BlockUse, LayerUse, RepeatUse, ResolvedNode, ReuseUse, ScanUse, Scope, Use
from zoo.graph import Wire, join, refs
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Known:
    """A node as it was resolved, and the body around it: in the first use of a block."""

    scope: Scope
    node: ResolvedNode

    @property
    def layer(self) -> LayerUse | None:
        """The layer that it is, or that it repeats or reuses."""
        return _layer(self.node.use)

    def arrives(self, port: str) -> tuple[TensorType | None, ...]:
        """What the wires of an input bring, in the names of the graph's axes."""
        wire: Wire = self.node.inputs.get(port, ())
        return tuple(self.scope.arrival(ref) for ref in refs(wire))

    def leaves(self, port: str) -> TensorType | None:
        """What an output gives, in the names of the graph's axes."""
        found = self.node.types.get(port)
        return found and self.scope.shown(found)


def _layer(use: Use | None) -> LayerUse | None:
    if isinstance(use, LayerUse):
        return use
    if isinstance(use, RepeatUse):
        return _layer(use.each[0]) if use.each else None
    return _layer(use.use) if isinstance(use, ReuseUse) else None


def known_nodes(resolution: Resolution | None) -> dict[tuple[str, str], Known]:
    """Every node that was reached, by its scope and name."""
    found: dict[tuple[str, str], Known] = {}
    for at, scope in _scopes(resolution.root, "") if resolution else ():
        for name, node in scope.nodes.items():
            found.setdefault((at, name), Known(scope, node))
    return found


def _scopes(scope: Scope, at: str) -> Iterator[tuple[str, Scope]]:
    yield at, scope
    for name, node in scope.nodes.items():
        yield from _inside(node.use, at, name)


def _inside(use: Use | None, at: str, name: str) -> Iterator[tuple[str, Scope]]:
    if isinstance(use, ScanUse):
        yield from _scopes(use.scope, join(at, name))
    elif isinstance(use, BlockUse) and not use.file:
        yield from _scopes(use.scope, f"#{use.name}")
    elif isinstance(use, RepeatUse) and use.each:
        yield from _inside(use.each[0], at, name)
