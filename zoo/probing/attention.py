"""What attention looks at: the weights of every head, as layers give them on demand."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

import torch
from torch import Tensor

from zoo.errors import ZooError
from zoo.probing.recording import record
from zoo.probing.subject import Subject
from zoo.probing.wires import Wire
from zoo.probing.words import Words
from zoo.testing.threads import one_thread

WEIGHTS = "weights"
"""The output on demand by which layers show what they attend to."""


@dataclass(frozen=True, slots=True)
class Map:
    """The weights of one node: ``weights`` is batch × heads × query × key; a node without heads has one.

    ``entropy`` is the mean over queries of Σ -p log p, by head: 0 looks at one key, ln K at all alike.
    ``queries`` and ``keys`` are what the steps of each example say, empty where nobody knows.
    """

    wire: str
    what: str
    weights: Tensor
    queries: Words = ()
    keys: Words = ()

    @property
    def entropy(self) -> tuple[float, ...]:
        """By head, in nats; a query that may attend to nothing does not count."""
        p = self.weights.double()
        each = -(p * p.clamp(min=1e-300).log()).sum(-1)
        some = (p.sum(-1) > 0).double()
        found = (each * some).sum((0, 2)) / some.sum((0, 2)).clamp(min=1)
        return tuple(float(x) for x in found)


@one_thread()
def attention(subject: Subject, *patterns: str) -> tuple[Map, ...]:
    """The weights of every node that has an output ``weights``, or of those whose path fits a pattern.

    A node in a loop has one query a step. Raises ZooError for a graph without such a node, and for patterns
    that fit none.
    """
    with torch.no_grad():
        recording = record(subject, asked=True)
    maps: dict[str, Map] = {}
    asking = {site.wire(WEIGHTS) for site in recording.sites if WEIGHTS in site.asked}
    for name in asking & {*recording.wires}:
        wire = recording.wires[name].last_run()
        x = wire.whole() if wire.steps else wire.tensors[0]
        x = x.unsqueeze(1) if x.dim() == 3 else x
        if x.dim() == 4 and not wire.state:
            queries, keys = (subject.words.get(axis or "", ()) for axis in _axes(wire))
            maps[name] = Map(name.removesuffix(f".{WEIGHTS}"), wire.what, x, queries, keys)
    if not maps:
        raise ZooError(
            "no attention of this graph shows its weights: of the library's layers multi_head, relative, "
            "linformer, scaled_dot_product, dot, multiplicative and additive do"
        )
    shown = [maps[name] for name in recording.wires if name in maps]
    found = [each for each in shown if not patterns or any(_fits(each, pattern) for pattern in patterns)]
    for pattern in patterns:
        if not any(_fits(each, pattern) for each in shown):
            recording.find(pattern)  # a path that names no wire at all is a slip
    if not found:
        told = " and ".join(f"'{pattern}'" for pattern in patterns)
        nodes = ", ".join(each.wire for each in shown)
        raise ZooError(f"no attention is named by {told}; those of the graph that show weights are {nodes}")
    return tuple(found)


def _axes(wire: Wire) -> tuple[str | None, str | None]:
    """Of the queries and of the keys; in a loop, each step is a query."""
    *_, key = wire.axes
    return (wire.axis if wire.steps else wire.axes[-2]), key


def _fits(found: Map, pattern: str) -> bool:
    """Whether a path with ``*`` names the node, or its output."""
    return any(fnmatchcase(name, pattern) for name in (found.wire, f"{found.wire}.{WEIGHTS}"))
