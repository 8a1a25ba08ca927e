"""The plan of a body: what is known about its names, wires and order before types are resolved.

A body has one plan, however often it is used (``planner``).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from zoo.checker.findings import Finding, TreePath
from zoo.checker.resolution import Tie
from zoo.graph import Body, Ref, Scan

DEEPEST = 64
"""The maximum nesting depth of blocks and scans."""


@dataclass(slots=True)
class Plan:
    """A body prepared for resolving.

    ``tree`` is its place in its document, ``inner`` the plans of its scans. ``order`` contains every node.
    Some names get no types: nodes ``lost`` in a cycle, ``unclear`` names that two things share, ``unknown``
    names that nothing has. ``reads`` are the outputs that nodes read, ``uses`` the layers and blocks that
    they use. ``reuses`` and ``ties`` give the owner of a module or parameter: a node, and how many scopes
    further out it is. ``borrowers`` are the nodes that apply another node's module, themselves or inside.
    ``sources`` are the names that each node reads.
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
        """The outputs of the body; of a scan, those that are stacked."""
        return self.body.stack if isinstance(self.body, Scan) else self.body.outputs


def entries(body: Body) -> Iterator[tuple[str, TreePath]]:
    """The names of a body's inputs, each with its place."""
    if isinstance(body, Scan):
        for part, names in (("each", body.each), ("state", body.state), ("const", body.const)):
            for name in names:
                yield name, (part, name)
    else:
        for name in body.inputs:
            yield name, ("inputs", name)
