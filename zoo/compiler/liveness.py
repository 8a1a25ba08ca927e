"""Liveness analysis: after which node the results of which others can be deleted.

A Python function keeps its variables alive until it returns. Without autograd nothing else needs the
intermediate results, so that a body of a thousand nodes would hold a thousand tensors where a handful is in
use. Deleting a few at a time with one ``del`` keeps the source readable and wastes little.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from zoo.checker.resolution import ResolvedNode
from zoo.compiler.queries import sources
from zoo.graph import Ref

HELD = 3
"""This many results are deleted together."""


def releases(
    order: Sequence[str], nodes: Mapping[str, ResolvedNode], roots: Iterable[Ref]
) -> dict[str, list[str]]:
    """For nodes of ``order``, the nodes whose results are deleted after them."""
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
    for name in order[:-1]:  # returning deletes what is left after the last node
        idle += ending.get(name, [])
        if len(idle) >= HELD:
            found[name], idle = idle, []
    return found
