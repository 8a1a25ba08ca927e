"""Results that nobody reads any more are let go, a few at a time.

A function holds its variables until it returns. Without gradients nothing else holds what nodes gave, so that
a body of a thousand nodes would have a thousand results in memory where a handful is in use. One ``del`` for
several of them keeps the source readable, and no more than these are held in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zoo.checker.resolution import ResolvedNode
from zoo.compiler.queries import sources
from zoo.graph import Ref

HELD = 3
"""So many results are let go together."""


def releases(
    order: Sequence[str], nodes: Mapping[str, ResolvedNode], roots: Iterable[Ref]
) -> dict[str, list[str]]:
    """After which nodes of ``order`` the results of which nodes are let go."""
    last: dict[str, str] = {}
    for name in order:
        last |= {ref.node: name for ref in sources(*nodes[name].inputs.values()) if ref.node in nodes}
    for ref in roots:
        last.pop(ref.node, None)
    ending: dict[str, list[str]] = {}
    for name in order:
        if name in last:
            ending.setdefault(last[name], []).append(name)
    found: dict[str, list[str]] = {}
    idle: list[str] = []
    for name in order[:-1]:  # what stands after the last is let go by returning
        idle += ending.get(name, [])
        if len(idle) >= HELD:
            found[name], idle = idle, []
    return found
