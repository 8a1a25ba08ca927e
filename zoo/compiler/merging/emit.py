"""Writing the code of a merge: one call with the weights of the scans' modules.

ahead_way = OneWay("lstm", self.ahead.cell.weight_ih, …)
back_way = OneWay("lstm", self.back.cell.weight_ih, …)
both, (_, back) = together(x, mask, ahead_way, back_way, bidirectional=True)
"""

from __future__ import annotations

import re

from zoo.checker.resolution import MASK, ScanUse
from zoo.compiler.calls import Calls
from zoo.compiler.merging.plan import Merge
from zoo.compiler.program import Line
from zoo.compiler.queries import sources
from zoo.compiler.scans.single_cell import SingleCell
from zoo.compiler.text import call
from zoo.graph import Ref, Scan


def merged(calls: Calls, merge: Merge) -> list[Line]:
    """Write the call of a merge."""
    (first, *_), top, nodes = merge.layers, merge.top, calls.body.scope.nodes
    lines: list[str] = []
    ways: list[str] = []
    lasts: list[str] = []
    for name in merge.scans:
        written = calls.writer.children(calls.body, name)[0].written
        assert written is not None
        assert isinstance(written.single, SingleCell)
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


def _way(calls: Calls, name: str, single: SingleCell, variable: str) -> list[str]:
    """The lines that define the cell of a scan: its kernel, states and weights."""
    module, inputs = calls.module(name), calls.body.scope.nodes[name].inputs

    def outside(code: str | None) -> str:
        """Code of the scan's class, with its module in place of ``self``."""
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


def _last(calls: Calls, name: str, single: SingleCell, *, beside: bool) -> str:
    """The target for the last states of a scan, if one is read; ``beside`` its stacked output."""
    use, states = calls.body.scope.nodes[name].use, single.own.states
    assert isinstance(use, ScanUse)
    read = {output: state for output, state in use.final.items() if output in calls.body.reads[name]}
    if not read:
        return "_"
    variable = calls.in_forward(f"{name}_last") if beside else calls.variable(name)
    calls.values |= {Ref(name, out): f"{variable}[{states.index(state)}]" for out, state in read.items()}
    return variable
