"""Resolving a body: its nodes in order, then its outputs."""

from __future__ import annotations

from collections.abc import Mapping

from zoo.checker.findings import TreePath
from zoo.checker.frame import Frame
from zoo.checker.known import Known
from zoo.checker.memory import Recall
from zoo.checker.nodes import resolve_node
from zoo.checker.resolution import Scope
from zoo.checker.site import Site
from zoo.checker.ties import check_ties
from zoo.checker.wiring import read
from zoo.graph import Ref, Scan
from zoo.spec import TensorType


def resolve(frame: Frame, live: Mapping[str, Ref]) -> Scope:
    """Resolve the body of a frame with declared inputs; ``live`` are the outputs that are computed."""
    plan = frame.plan
    frame.session.entered_frames.setdefault(frame.scope, frame)
    inputs = {name: None if known.absent else known.type for name, known in frame.names.items()}
    frame.names.update((name, Known(None, None)) for name in plan.unclear)
    if frame.outer is None:
        frame.findings += plan.findings  # including those of the scans inside
    frame.reads = plan.reads | {(ref.node, ref.port) for ref in live.values()}
    if frame.session.remembers and not frame.twins:
        _recall(frame)
    else:
        for name in plan.order:
            resolve_node(frame, name)
    late, frame.late = frame.late, []
    for owner, name in late:
        _again(frame, owner, name)
    if frame.outer is None:
        check_ties(frame)
    types: dict[str, TensorType | None] = {}
    outputs: dict[str, Ref] = {}
    part = "stack" if isinstance(plan.body, Scan) else "outputs"
    for name, ref in plan.outputs.items():
        spelled, types[name] = _output(frame, name, ref, (part, name))
        if name in live:
            outputs[name] = spelled
    nodes = {name: frame.resolved[name] for name in plan.body.nodes}
    return Scope(frame.values, inputs, nodes, tuple(plan.order), outputs, types)


def _recall(frame: Frame) -> None:
    """Resolve only the nodes that have changed since the previous check."""
    session, recall, findings = frame.session, Recall(frame), frame.findings
    around = session.reached
    for name in frame.plan.order:
        if not recall.take(name):
            before, session.reached = len(findings), set()
            resolve_node(frame, name)
            recall.keep(name, findings[before:] if len(findings) > before else (), session.reached)
            around |= session.reached
            session.reached = around
    recall.done()


def _again(frame: Frame, owner: Frame, name: str) -> None:
    """Resolve a reuse again, now that the module it applies is known and may turn out not to fit."""
    before = len(owner.findings)
    resolve_node(owner, name)
    if owner is not frame:
        inner = owner.path[len(frame.path) :]
        frame.findings += [finding.under(inner) for finding in owner.findings[before:]]


def _output(frame: Frame, name: str, ref: Ref, at: TreePath) -> tuple[Ref, TensorType | None]:
    spelled, type_, known = read(Site(frame), ref, at)
    if known is not None and known.optional:
        message = f"the output '{name}' would be '{ref.node}', which is optional and may be missing"
        frame.report("wire-optional", message, f"make '{ref.node}' an input that is not optional", at=at)
    return spelled, type_
