"""Questions to a resolved graph: what a node uses, what wires read, which nodes are needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from zoo.checker.resolution import BlockUse, ResolvedNode, ReuseUse, ScanUse, Scope, Use
from zoo.errors import ZooError
from zoo.graph import Ref, Wire, refs

T = TypeVar("T")


def lent(scopes: Iterable[Scope]) -> dict[str, list[Use]]:
    """The nodes whose modules are applied again, by nodes of the body or of scans in it: these uses."""
    found: dict[str, list[Use]] = {}
    for scope in scopes:
        for target, use in _reuses(scope, 0):
            found.setdefault(target, []).append(use)
    return found


def _reuses(scope: Scope, depth: int) -> Iterator[tuple[str, Use]]:
    for node in scope.nodes.values():
        use, level = node.use, depth
        if isinstance(use, ReuseUse):
            level = depth - use.depth
            if level == 0:
                yield use.target, use.use
            use = use.use
        if isinstance(use, ScanUse) and level >= 0:
            yield from _reuses(use.scope, level + 1)


def used(node: ResolvedNode) -> Use:
    """What a node resolves to; ZooError for a node in which the checker found an error."""
    if node.use is None:
        raise ZooError("only a graph without errors can be compiled")
    return node.use


def applied(use: Use) -> Use:
    """The use itself, or for a reuse the use that it applies again."""
    return use.use if isinstance(use, ReuseUse) else use


def unique(items: Iterable[T]) -> list[T]:
    """Each object once, in order, compared by identity."""
    return list({id(item): item for item in items}.values())


def scopes_of(uses: Iterable[Use]) -> tuple[Scope, ...]:
    """The distinct scopes of the uses of one block or scan."""
    return tuple(unique(use.scope for use in uses if isinstance(use, BlockUse | ScanUse)))


def outputs(scopes: Iterable[Scope]) -> dict[str, Ref]:
    """The outputs that any of the uses computes, in the order of their declaration."""
    found: dict[str, Ref] = {}
    for scope in scopes:
        found |= scope.outputs
    return found


def sources(*wires: Wire) -> list[Ref]:
    """All outputs that the wires read."""
    return [ref for wire in wires for ref in refs(wire)]


def wanted(nodes: Mapping[str, ResolvedNode], roots: Iterable[Ref]) -> dict[str, set[str | None]]:
    """The nodes that ``roots`` depend on, each with those of its outputs that are read."""
    found: dict[str, set[str | None]] = {}
    stack = list(roots)
    while stack:
        ref = stack.pop()
        if ref.node not in nodes:
            continue
        ports = found.get(ref.node)
        if ports is None:
            found[ref.node] = {ref.port}
            stack += sources(*nodes[ref.node].inputs.values())
        else:
            ports.add(ref.port)
    return found
