"""The walk of a scan with open states: all of them come in from wires, and all of them go out.

It is written like the model's own: as a loop, and as a kernel call too if the model has one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from zoo.checker.resolution import ResolvedNode, ScanUse, Scope
from zoo.compiler.blocks import write_block
from zoo.compiler.body import Body
from zoo.compiler.program import ModuleClass, Program
from zoo.compiler.queries import used
from zoo.compiler.scans import fused, loop
from zoo.compiler.writer import Declined, Writer, WriteScan
from zoo.graph import Frozen, Ref, Scan, Start


def walks(
    program: Program,
    around: Body,
    model: ModuleClass,
    name: str,
    target: str,
    use: ScanUse,
    ends: Mapping[str, str],
    outputs: Collection[str],
) -> tuple[ModuleClass, ModuleClass | None]:
    """The class of the walk as a loop, and as one call if the ``model`` has that and both are called alike.

    ``target`` is the scan's node and ``name`` the one that applies it; of what it gives, ``outputs`` are
    read. ``ends`` are the outputs under which its states come out. ``program`` takes the classes.
    """
    scope = _given(around.scope, name, target, use, ends)
    read: set[str | None] = {*outputs, *ends}

    def written(write: WriteScan) -> ModuleClass:
        outer = Body(program, (scope,), around.home, maybe=around.maybe)
        outer.reads = {target: read}
        found = used(scope.nodes[target])
        assert isinstance(found, ScanUse)
        return write(Writer(program, write_block, loop.write_scan), outer, target, [found])

    walk = written(loop.write_scan)
    if model.chosen is None or model.chosen.lowering != "fused":
        return walk, None
    try:
        at_once = written(fused.write_scan)
    except Declined:
        return walk, None
    alike = (at_once.callee, at_once.signature) == (walk.callee, walk.signature)
    return walk, at_once if alike else None


def _given(scope: Scope, name: str, target: str, use: ScanUse, ends: Mapping[str, str]) -> Scope:
    """The scope around with a scan whose states all start from inputs of it, and come out as ``ends``."""
    node = scope.nodes[target].node
    assert isinstance(node, Scan)
    start = {state: Ref(f"{name} {state}") for state in node.state}  # which no name in a file is
    starts: dict[str, Start] = {**start}
    scan = replace(node, state=Frozen(starts), final=Frozen(ends))
    inputs = {port: wire for port, wire in scope.nodes[name].inputs.items() if port not in start}
    types = scope.nodes[name].types
    given = ResolvedNode(scan, {**inputs, **start}, replace(use, final=ends), types)
    more = {ref.node: use.scope.inputs[state] for state, ref in start.items()}
    return replace(scope, inputs={**scope.inputs, **more}, nodes={**scope.nodes, target: given})
