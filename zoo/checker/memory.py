"""Incremental checking: after an edit, only the affected nodes are resolved again.

The result for a node depends on the node, on what is known about each name that it reads, on which of its
outputs are read, and on the values and masks of its body. Nodes and knowledge are compared by identity, which
works because graphs are immutable and share the parts that an edit does not touch. A new result that equals
the old one is replaced by it, so changes propagate only as far as types change.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from zoo.checker.findings import Finding
from zoo.checker.known import NOTHING
from zoo.graph import Block, Graph, Node, Reuse, Scan
from zoo.spec import TensorType

if TYPE_CHECKING:
    from zoo.checker.frame import Frame, Origin
    from zoo.checker.known import Known
    from zoo.checker.parameters import Shapes
    from zoo.checker.plan import Plan
    from zoo.checker.resolution import ResolvedNode
    from zoo.checker.session import Catalogue
    from zoo.checker.targets import LayerTarget

Key: TypeAlias = tuple[Any, ...]

SPARE = 2
"""How much more to remember, as a multiple of the nodes of the last check: uses that may recur."""


@dataclass(slots=True)
class Memory:
    """A cache for the checks of one document; pass it to each of them. It affects only the speed."""

    registry: Catalogue | None = None
    layers: dict[str, LayerTarget | None] = field(default_factory=dict[str, "LayerTarget | None"])
    shapes: dict[Key, Shapes | None] = field(default_factory=dict[Key, "Shapes | None"])
    bodies: dict[Key, Past] = field(default_factory=dict[Key, "Past"])
    frames: dict[str, Frame] = field(default_factory=dict[str, "Frame"])
    plans: dict[tuple[str, str], Planned] = field(default_factory=dict[tuple[str, str], "Planned"])

    def of(self, registry: Catalogue) -> Memory:
        """This memory, cleared if it belongs to another registry."""
        if self.registry is not registry:
            self.registry = registry
            for part in (self.layers, self.shapes, self.bodies, self.frames, self.plans):
                part.clear()
        return self

    def forget(self, remembered: int) -> None:
        """Evict the least recently entered bodies; the last check had ``remembered`` nodes."""
        total = sum(len(past.entries) for past in self.bodies.values())
        for key in list(self.bodies):
            if total <= (1 + SPARE) * remembered:
                break
            total -= len(self.bodies.pop(key).entries)


@dataclass(slots=True)
class Planned:
    """The plan of a body, valid as long as its parts are the same objects."""

    plan: Plan
    params: tuple[str, ...]
    dropped: Collection[str]

    def holds(self, body: Graph | Block, dropped: Collection[str]) -> bool:
        """Whether the plan is valid for this body."""
        old = self.plan.body
        assert not isinstance(old, Scan)
        return (
            old.nodes is body.nodes
            and old.inputs is body.inputs
            and old.outputs is body.outputs
            and self.params == tuple(body.params)
            and self.dropped == dropped
        )


@dataclass(slots=True)
class Past:
    """A body as resolved by the previous check: its inputs and nodes."""

    inputs: Mapping[str, Known]
    masks: Mapping[str, TensorType]
    origins: Mapping[str, Origin]
    entries: Mapping[str, Entry]


@dataclass(slots=True)
class Entry:
    """A resolved node, and what the result depends on."""

    node: Node
    sources: tuple[tuple[str, Known | None], ...]
    asked: frozenset[str]
    documents: tuple[object, object] | None
    reached: set[tuple[str, str]]
    known: Known
    resolved: ResolvedNode
    findings: Sequence[Finding]


class Recall:
    """The memory of one body: restores nodes from the previous check, and records them for the next."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.bodies = frame.session.memory.bodies
        past = self.bodies.pop(frame.key, None)
        self.entries: dict[str, Entry] = {}
        self.before: Mapping[str, Entry] = {}
        if past is not None:
            for name, known in frame.names.items():
                old = past.inputs.get(name)
                if old is not None and old.like(known):
                    frame.names[name] = old
            if past.masks == frame.masks and past.origins == frame.origins:
                self.before = past.entries
        self.inputs = dict(frame.names)
        plan = frame.plan
        self.odd = {*plan.lost, *plan.unclear, *plan.borrowers}
        """Nodes that depend on more than what they read: on the plan, or on a module that they reuse."""

    def take(self, name: str) -> bool:
        """Restore the result of a node if it is still valid; returns whether it is."""
        entry, frame = self.before.get(name), self.frame
        if entry is None or entry.node is not frame.plan.body.nodes[name] or name in self.odd:
            return False
        names = frame.names
        for source, known in entry.sources:
            if names.get(source) is not known:
                return False
        if entry.documents is not None and not _same_documents(entry.documents, frame.home):
            return False
        if entry.known.demand and _asked(frame, name, entry.known) != entry.asked:
            return False
        self.entries[name] = entry
        names[name], frame.resolved[name] = entry.known, entry.resolved
        if entry.findings:
            frame.findings += entry.findings
        if entry.reached:
            frame.session.reached |= entry.reached
        return True

    def keep(self, name: str, findings: Sequence[Finding], reached: set[tuple[str, str]]) -> None:
        """Record a node that has just been resolved."""
        frame = self.frame
        node, names, known = frame.plan.body.nodes[name], frame.names, frame.names[name]
        old = self.before.get(name)
        if old is not None and old.known.like(known):
            known = names[name] = old.known
        if isinstance(node, Reuse) or name in self.odd:
            return
        plain = not isinstance(node, Scan) and "/" in node.use and "#" not in node.use
        self.entries[name] = Entry(
            node,
            tuple([(source, names.get(source)) for source in frame.plan.sources[name]]),
            _asked(frame, name, known) if known.demand else NOTHING,
            None if plain else (frame.home.blocks, frame.home.files),
            reached,
            known,
            frame.resolved[name],
            findings,
        )

    def done(self) -> None:
        """Store the body for the next check."""
        self.bodies[self.frame.key] = Past(self.inputs, self.frame.masks, self.frame.origins, self.entries)
        self.frame.session.remembered += len(self.entries)


def _same_documents(documents: tuple[object, object], home: Graph) -> bool:
    blocks, files = documents
    return blocks is home.blocks and files is home.files


def _asked(frame: Frame, name: str, known: Known) -> frozenset[str]:
    return frame.asked(name, known.demand, known.ref.port if known.ref else None)
