"""A plan of which scans of a body run in one call, and in which order its nodes are then called."""

from __future__ import annotations

from dataclasses import dataclass, field

from zoo.checker.resolution import ResolvedNode
from zoo.compiler.queries import sources
from zoo.graph import Ref


@dataclass(frozen=True, slots=True)
class Layer:
    """One scan, or two opposite ones and the concat in which they meet.

    ``node`` is the last of these, ``out`` its output, None where nothing reads that; ``x`` is what they walk
    over.
    """

    scans: tuple[str, ...]
    x: Ref
    node: str
    out: Ref | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Layers that run in one call, from the lowest; ``idle`` are nodes between them that change nothing."""

    layers: tuple[Layer, ...]
    idle: tuple[str, ...] = ()

    @property
    def scans(self) -> tuple[str, ...]:
        """The scans, in the order in which the kernel has their states."""
        return tuple(name for layer in self.layers for name in layer.scans)

    @property
    def top(self) -> Layer:
        """The layer that is shown; the call stands in the place of its node."""
        return self.layers[-1]

    @property
    def nodes(self) -> frozenset[str]:
        """All that the call stands for."""
        return frozenset((*self.scans, *self.idle, *(layer.node for layer in self.layers)))


@dataclass(slots=True)
class Plan:
    """The merges of a body, each by its last node.

    ``order`` has the nodes that are called; in ``nodes`` a merged one reads all that its call reads. ``said``
    tells of each scan with which others it runs, and why not with which.
    """

    order: list[str]
    nodes: dict[str, ResolvedNode]
    merges: dict[str, Merge] = field(default_factory=dict[str, Merge])
    said: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, merge: Merge) -> None:
        """Call a merge in the place of its last node, and behind it what reads its other nodes."""
        self.merges[merge.top.node] = merge
        behind = {*merge.nodes}
        found: list[str] = []
        later: list[str] = []
        for name in self.order:
            if name == merge.top.node:
                found += [name, *later]
                behind, later = set[str](), []
            elif name in merge.nodes:
                continue
            elif any(ref.node in behind for ref in sources(*self.nodes[name].inputs.values())):
                later.append(name)
                behind |= self.merges[name].nodes if name in self.merges else {name}
            else:
                found.append(name)
        self.order = found
