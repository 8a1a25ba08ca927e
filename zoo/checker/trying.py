"""Trying a wire before it is drawn: whether an output fits an input, and why not.

Only the node at the end of the wire is resolved again, in the frame of the last check. This is fast enough
for an editor to try every visible input while a wire is being dragged.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from typing import TypeVar

from zoo.checker.findings import to_problems
from zoo.checker.frame import Frame
from zoo.checker.nodes import resolve_here
from zoo.checker.order import told
from zoo.checker.resolution import Resolution
from zoo.checker.scans import check_next
from zoo.checker.site import Site
from zoo.checker.wiring import read
from zoo.errors import EditError, did_you_mean
from zoo.graph import EMPTY, Frozen, Node, Ref, Repeat, Scan, Wire, put
from zoo.problems import Problem
from zoo.wires import End, path_back

V = TypeVar("V")


def check_wire(resolution: Resolution, scope: str, end: End, source: Ref) -> Problem | None:
    """The first problem that a wire from ``source`` to ``end`` would cause, or None if it fits.

    ``scope`` addresses the body (see ``zoo.graph``). Effects further downstream are left to the next check.
    Raises EditError if the body has no such node.
    """
    frame = resolution.frames.get(scope)
    if not isinstance(frame, Frame):
        return None  # because of another problem, this body was not resolved
    trial = _copy(frame)
    if source.node not in frame.names:
        message = f"there is no node or input '{source.node}' here{did_you_mean(source.node, frame.names)}"
        trial.report("wire-unknown", message, at=("nodes", end.node) if end.node else ())
    elif not end.node:
        _leave(trial, end, source)
    elif end.node not in frame.plan.body.nodes:
        raise EditError(f"there is no node '{end.node}' here{did_you_mean(end.node, frame.plan.body.nodes)}")
    elif (way := path_back(frame.plan.body, source.node, {end.node})) is not None:
        names = [f"{scope}.{name}".removeprefix(".").removeprefix("#") for name in reversed(way)]
        message, remedy = f"cycle {told(names)}", "a wire back in time goes through state/next"
        trial.report("cycle", message, remedy, at=("nodes", end.node))
    else:
        _enter(trial, end, source)
    problems = to_problems(trial.findings, resolution.graph)
    return next((problem for problem in problems if problem.severity == "error"), None)


def _copy(frame: Frame) -> Frame:
    trial = copy(frame)
    trial.findings, trial.late = [], []
    return trial


def _leave(trial: Frame, end: End, source: Ref) -> None:
    """A wire to an output or, in a scan, to what a state is in the next step."""
    body = trial.plan.body
    if end.part == "next" and isinstance(body, Scan):
        trial.plan = copy(trial.plan)
        trial.plan.body = replace(body, next=Frozen({end.port: source}))
        check_next(trial, trial.plan.body, None)
    else:
        _, _, known = read(Site(trial), source, (end.part, end.port))
        if known is not None and known.optional:
            trial.report("wire-optional", f"'{source.node}' is optional, and an output is always there")


def _enter(trial: Frame, end: End, source: Ref) -> None:
    """A wire to an input of a node: what is wrong with it, and would not be without."""
    node = _named(trial, end.node)
    before = _copy(trial)
    bare = _without(node, end)
    resolve_here(Site(before, end.node, bare), bare)
    known = {(finding.code, finding.message) for finding in before.findings}
    wired = _with(node, end, source)
    resolve_here(Site(trial, end.node, wired), wired)
    trial.findings = [found for found in trial.findings if (found.code, found.message) not in known]


def _named(frame: Frame, name: str) -> Node:
    """A node with the names of its ports written out."""
    node = frame.plan.body.nodes[name]
    if isinstance(node, Scan) or name not in frame.resolved:
        return node
    carry: Mapping[str, Ref] = node.carry if isinstance(node, Repeat) else EMPTY
    wires = frame.resolved[name].inputs.items()
    return replace(node, inputs=Frozen({port: wire for port, wire in wires if port not in carry}))


def _without(node: Node, end: End) -> Node:
    """The node without the wire at ``end``."""
    if isinstance(node, Scan):
        if end.part == "mask":
            return replace(node, mask=None)
        each, state, const = (_less(part, end.port) for part in (node.each, node.state, node.const))
        return replace(node, each=each, state=state, const=const)
    if isinstance(node, Repeat):
        node = replace(node, carry=_less(node.carry, end.port))
    wire = node.inputs.get(end.port)
    if isinstance(wire, tuple) and end.index is not None:
        rest = (*wire[: end.index], *wire[end.index + 1 :])
        return replace(node, inputs=put(node.inputs, end.port, rest))
    return replace(node, inputs=_less(node.inputs, end.port))


def _with(node: Node, end: End, source: Ref) -> Node:
    """The node with ``source`` wired to ``end``, replacing its wire or appended to the port's list."""
    if isinstance(node, Scan):
        bare = _without(node, end)
        if end.part == "mask":
            return replace(bare, mask=source)
        return replace(bare, **{end.part: put(getattr(bare, end.part), end.port, source)})
    if isinstance(node, Repeat) and end.part == "carry":
        node = replace(node, inputs=_less(node.inputs, end.port))
        return replace(node, carry=put(node.carry, end.port, source))
    old = node.inputs.get(end.port)
    wire: Wire = source
    if isinstance(old, tuple):
        index = len(old) if end.index is None else end.index
        wire = (*old[:index], source, *old[index + 1 :])
    return replace(node, inputs=put(node.inputs, end.port, wire))


def _less(mapping: Mapping[str, V], name: str) -> Frozen[str, V]:
    return Frozen({key: value for key, value in mapping.items() if key != name})
