"""Scans that run in one call, as a plan and as code.

    ahead_way = OneWay("lstm", self.ahead.cell.weight_ih, …)
    back_way = OneWay("lstm", self.back.cell.weight_ih, …)
    both, (_, back) = together(x, mask, ahead_way, back_way, bidirectional=True)

It is made of the weights of the scans' modules, which stay what they are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from zoo.checker.resolution import MASK, ResolvedNode, ScanUse
from zoo.compiler.calls import Calls
from zoo.compiler.program import Line
from zoo.compiler.single import Single
from zoo.compiler.text import call
from zoo.compiler.uses import sources
from zoo.graph import Ref, Scan


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


def merged(calls: Calls, merge: Merge) -> list[Line]:
    """The call of a merge."""
    (first, *_), top, nodes = merge.layers, merge.top, calls.body.scope.nodes
    lines: list[str] = []
    ways: list[str] = []
    lasts: list[str] = []
    for name in merge.scans:
        written = calls.writer.children(calls.body, name)[0].written
        assert written is not None
        assert isinstance(written.single, Single)
        ways.append(calls.in_forward(f"{name}_way"))
        lines += _way(calls, name, written.single, ways[-1])
        lasts.append(_last(calls, name, written.single, beside=name == top.node and top.out is not None))
    out = "_"
    if top.out:
        out = calls.values[top.out] = calls.values[Ref(top.node)] = calls.variable(top.node)
    node = nodes[merge.scans[0]]
    mask = calls.values[sources(node.inputs[MASK])[0]] if MASK in node.inputs else "None"
    parts = [calls.values[first.x], mask, *ways]
    if len(first.scans) > 1:
        parts.append("bidirectional=True")
    elif isinstance(node.node, Scan) and node.node.reverse:
        parts.append("reverse=True")
    last = f"({', '.join(lasts)})" if {*lasts} != {"_"} else "_"
    lines += call(f"{out}, {last} = {calls.body.program.helper('zoo.recurrence', 'together')}", parts)
    return [Line(text, merge.scans[0]) for text in lines]


def _way(calls: Calls, name: str, single: Single, variable: str) -> list[str]:
    """The lines that name the cell of a scan: its kernel, states and weights."""
    module, inputs = calls.module(name), calls.body.scope.nodes[name].inputs

    def outside(code: str | None) -> str:
        """Code of the class of the scan, as it is here."""
        return re.sub(r"\bself\b", module, str(code))

    starts = [
        calls.values[sources(inputs[state])[0]] if state in inputs else outside(start)
        for state, start in zip(single.own.states, single.starts, strict=True)
    ]
    parts = [f'"{single.own.kernel}"', *map(outside, single.own.weights)]
    while parts[-1] == "None":
        parts.pop()
    if {*starts} != {"None"}:
        parts.append(f"states=({', '.join(starts)}{',' if len(starts) == 1 else ''})")
    return call(f"{variable} = {calls.body.program.helper('zoo.recurrence', 'OneWay')}", parts)


def _last(calls: Calls, name: str, single: Single, *, beside: bool) -> str:
    """What takes the last states of a scan, if one of them is read, ``beside`` all of its steps."""
    use, states = calls.body.scope.nodes[name].use, single.own.states
    assert isinstance(use, ScanUse)
    read = {output: state for output, state in use.final.items() if output in calls.body.reads[name]}
    if not read:
        return "_"
    variable = calls.in_forward(f"{name}_last") if beside else calls.variable(name)
    calls.values |= {Ref(name, out): f"{variable}[{states.index(state)}]" for out, state in read.items()}
    return variable
