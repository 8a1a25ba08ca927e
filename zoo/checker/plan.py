"""What a body says before any type is known: its names, wires and order.

A ``Plan`` is made once for a body, however often a block is used (``planner``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import Tie
from zoo.graph import Body, Ref, Scan

DEEPEST = 64
"""Blocks and scans that may lie within each other."""


@dataclass(slots=True)
class Plan:
    """A body made ready for resolving; ``tree`` is its place in its document, ``inner`` are the plans of its
    scans.

    ``order`` has every node. Some names get no types: nodes ``lost`` in a cycle, what is ``unclear`` because
    two things are called so, what is ``unknown`` because nothing is. ``reads`` are the outputs that nodes
    read, ``uses`` the layers and blocks. ``reuses`` and ``ties`` say where a module or parameter lives: a
    node, so many scopes further out; ``borrowers`` are the nodes that apply a module of another, themselves
    or inside. ``sources`` are the names that each node reads.
    """

    body: Body
    tree: TreePath
    order: list[str] = field(default_factory=list[str])
    sources: dict[str, tuple[str, ...]] = field(default_factory=dict[str, "tuple[str, ...]"])
    lost: Collection[str] = ()
    unclear: set[str] = field(default_factory=set[str])
    unknown: set[str] = field(default_factory=set[str])
    borrowers: Collection[str] = ()
    reads: set[tuple[str, str | None]] = field(default_factory=set[tuple[str, str | None]])
    uses: set[str] = field(default_factory=set[str])
    inner: dict[str, Plan] = field(default_factory=dict[str, "Plan"])
    reuses: dict[str, tuple[str, int]] = field(default_factory=dict[str, tuple[str, int]])
    ties: dict[str, dict[str, Tie]] = field(default_factory=dict[str, dict[str, Tie]])
    findings: list[Finding] = field(default_factory=list[Finding])

    @property
    def outputs(self) -> Mapping[str, Ref]:
        """What the body hands out: of a scan, what is stacked."""
        return self.body.stack if isinstance(self.body, Scan) else self.body.outputs


def entries(body: Body) -> Iterator[tuple[str, TreePath]]:
    """The names that come into a body, each with its place."""
    if isinstance(body, Scan):
        for part, names in (("each", body.each), ("state", body.state), ("const", body.const)):
            for name in names:
                yield name, (part, name)
    else:
        for name in body.inputs:
            yield name, ("inputs", name)
