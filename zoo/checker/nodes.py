"""Resolving a node of any kind: layer, block, repeat, scan or reuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from zoo.checker.apply import apply
from zoo.checker.frame import Frame
from zoo.checker.known import Known
from zoo.checker.layers import Types
from zoo.checker.repeats import use_repeat
from zoo.checker.resolution import MASK, ResolvedNode, ReuseUse, Use
from zoo.checker.scan_inputs import Entry, rewired, take, wired
from zoo.checker.scans import use_scan
from zoo.checker.site import Site
from zoo.checker.targets import default_output
from zoo.checker.wiring import connect
from zoo.errors import SizeError
from zoo.graph import EMPTY, Call, Node, Ref, Repeat, Reuse, Scan, Wire

Found: TypeAlias = tuple[Mapping[str, Wire], Use | None, Types, str | None, frozenset[str]]
"""Explicit wires, the use, the types of the outputs, the one meant by the bare name, the on-demand ones."""


def resolve_node(frame: Frame, name: str) -> None:
    """Resolve a node, and record its outputs for the nodes that read it."""
    _resolve(frame, name)
    if name in frame.plan.unclear:
        frame.names[name] = Known(None, None)


def _resolve(frame: Frame, name: str) -> None:
    node = frame.plan.body.nodes[name]
    site = Site(frame, name, node)
    if frame.twins:
        site.twin = frame.twins[name].use
    found = None if name in frame.plan.lost else resolve_here(site, node)
    if found is None:
        frame.names[name] = Known(None, None)
        frame.resolved[name] = ResolvedNode(node, _raw(node), None, {})
        return
    inputs, use, types, default, demand = found
    ref = None if default is None else Ref(name, default)
    frame.names[name] = Known(ref, types[default] if default else None, types, demand)
    frame.resolved[name] = ResolvedNode(node, inputs, use, types, frame.plan.ties.get(name, {}))


def resolve_here(site: Site, node: Node) -> Found | None:
    """Resolve ``node`` at a site; None after a problem that leaves nothing known about it."""
    try:
        return _reuse(site, node) if isinstance(node, Reuse) else _use(site, node)
    except SizeError as error:
        site.report("size-value", str(error), origin=site.frame.origin(error))
        return None


def _raw(node: Node) -> Mapping[str, Wire]:
    """The wires of a node that cannot be resolved, as written."""
    return {} if isinstance(node, Scan) else node.inputs


def _use(site: Site, node: Call | Repeat | Scan) -> Found | None:
    """Resolve a node that has a module of its own."""
    if isinstance(node, Scan):
        if site.name not in site.frame.plan.inner:
            return None
        return _scan(site, node, site.frame, site.name, wired(node))
    return _call(site, node, node.inputs)


def _call(site: Site, node: Call | Repeat, inputs: Mapping[str, Wire]) -> Found | None:
    target = site.frame.session.target(site, node.use)
    if target is None:
        return None
    read = site.frame.asked(site.name, target.on_demand, target.default)
    if isinstance(node, Repeat):
        wires = connect(site, inputs, target, node.carry if site.node is node else EMPTY)
        use, types = use_repeat(site, node, target, wires, read)
    else:
        wires = connect(site, inputs, target)
        use, types = apply(site, target, node.settings, wires, read)
    return wires.inputs, use, types, target.default, target.on_demand


def _reuse(site: Site, node: Reuse) -> Found | None:
    """Resolve a node that applies the module of another."""
    place = site.frame.plan.reuses.get(site.name)
    if place is None:
        return None  # reported by the plan
    name, depth = place
    home = site.frame.chain()[-1 - depth]
    resolved = home.resolved.get(name)
    if resolved is None and name not in home.plan.lost:
        home.late.append((site.frame, site.name))
    elif resolved is None or resolved.use is None:
        return None  # its own problem says why
    site.twin = resolved.use if resolved else None
    owner = home.plan.body.nodes[name]
    if isinstance(owner, Scan):
        if name not in home.plan.inner:
            return None
        found = _scan(site, owner, home, name, rewired(site, name, owner, node.inputs))
    else:
        assert not isinstance(owner, Reuse)  # the planner followed chains of reuses to their end
        found = _call(site, owner, node.inputs)
    if found is None:
        return None
    inputs, use, types, default, demand = found
    assert not isinstance(use, ReuseUse)
    known = {port: type_ for port, type_ in types.items() if type_ is not None}
    return inputs, use and ReuseUse(name, depth, use, known), types, default, demand


def _scan(site: Site, scan: Scan, home: Frame, name: str, entries: list[Entry]) -> Found:
    taken = take(site, entries, {*scan.const, MASK})
    use, types, demanded = use_scan(site, scan, home, name, taken)
    demand = frozenset(port for port, wanted in demanded.items() if wanted)
    return taken.inputs, use, types, default_output(demanded), demand
