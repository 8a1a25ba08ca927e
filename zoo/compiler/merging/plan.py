"""The plan of a body: which of its scans run as one kernel call, and the resulting order of calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from zoo.checker.resolution import ResolvedNode
from zoo.compiler.queries import sources
from zoo.graph import Ref


@dataclass(frozen=True, slots=True)
class Layer:
    """One scan, or two of opposite directions with the concat of their outputs.

    ``node`` is the last of these nodes and ``out`` its output, None if nothing reads it; ``x`` is the input
    sequence.
    """

    scans: tuple[str, ...]
    x: Ref
    node: str
    out: Ref | None


@dataclass(frozen=True, slots=True)
class Merge:
    """Layers that run as one call, from the lowest; ``idle`` are identity nodes between them."""

    layers: tuple[Layer, ...]
    idle: tuple[str, ...] = ()

    @property
    def scans(self) -> tuple[str, ...]:
        """The scans, in the order of the kernel's states."""
        return tuple(name for layer in self.layers for name in layer.scans)

    @property
    def top(self) -> Layer:
        """The layer whose output is returned; the call takes the place of its node."""
        return self.layers[-1]

    @property
    def nodes(self) -> frozenset[str]:
        """All nodes that the call replaces."""
        return frozenset((*self.scans, *self.idle, *(layer.node for layer in self.layers)))


@dataclass(slots=True)
class Plan:
    """The merges of a body, keyed by their last node.

    ``order`` lists the nodes to be called; in ``nodes``, a merged node reads everything that its call reads.
    ``said`` explains for each scan with which others it was merged, and why not with others.
    """

    order: list[str]
    nodes: dict[str, ResolvedNode]
    merges: dict[str, Merge] = field(default_factory=dict[str, Merge])
    said: dict[str, str] = field(default_factory=dict[str, str])

    def add(self, merge: Merge) -> None:
        """Place the call of a merge at its last node, and move what reads its other nodes behind it."""
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
