"""From the wires of a node to the ports of its target.

``connect`` determines which output each port reads and what type arrives there, and reports wiring errors;
``fitting`` then checks the types.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from typing import TypeAlias

from zoo.checker.findings import TreePath, its, listed
from zoo.checker.known import Known
from zoo.checker.patterns import Pattern
from zoo.checker.site import Site
from zoo.checker.targets import Target, sole
from zoo.errors import did_you_mean
from zoo.graph import EMPTY, Ref, Wire
from zoo.spec import TensorType

Arrival: TypeAlias = tuple[str, int | None, TensorType]
"""A port, the position in a list of wires (or None), and the type that arrives there."""


class Wires:
    """The wires of a node: ``inputs`` has every port and output explicit, ``arrivals`` the types.

    ``absent`` are the ports wired to optional inputs that this use leaves out; ``unknown`` says that some
    type is unknown because of another problem.
    """

    __slots__ = ("absent", "arrivals", "inputs", "unknown")

    def __init__(self) -> None:
        self.inputs: dict[str, Wire] = {}
        self.arrivals: list[Arrival] = []
        self.absent: set[str] = set()
        self.unknown = False

    def with_arrivals(self, arrivals: list[Arrival]) -> Wires:
        """The same wires with other arriving types."""
        other = copy(self)
        other.arrivals = arrivals
        return other


def connect(
    site: Site, inputs: Mapping[str, Wire], target: Target, carry: Mapping[str, Ref] = EMPTY
) -> Wires:
    """Wire a node: every entry of ``inputs`` and ``carry`` to a port of ``target``."""
    wires = Wires()
    failed: list[str] = []
    for written, wire in inputs.items():
        port = written or (target.single if not carry else None)
        pattern = target.inputs.get(port) if port else None
        if isinstance(wire, Ref) and pattern is not None and port not in wires.inputs and port not in carry:
            assert port
            spelled = _take(site, wires, pattern, port, None, wire)
            wires.inputs[port] = (spelled,) if pattern.port.variadic else spelled
        else:
            _assign(site, wires, target, written, wire, carry, failed)
    for port, ref in carry.items():
        pattern = target.inputs.get(port)
        if pattern is not None:
            wires.inputs[port] = _take(site, wires, pattern, port, None, ref)
        else:
            failed.append(_no_port(site, port, target, ("carry", port)))
    missing = [port for port in target.required if port not in wires.inputs]
    if missing or failed:
        wires.unknown = True
    if not failed:  # otherwise, one of the failed wires may have been meant for it
        for port in missing:
            message = f"the input '{port}' of {target.title} is not wired"
            site.report("port-missing", message, f"write in: {{{port}: …}}", at=("in",), key=True, port=port)
    return wires


def read(site: Site, ref: Ref, at: TreePath, port: str = "") -> tuple[Ref, TensorType | None, Known | None]:
    """The output that ``ref`` means, with an explicit port; its type, None if unknown; and its owner."""
    known = site.frame.names.get(ref.node)
    if known is None:
        return ref, None, None  # reported by the planner
    if ref.port is None and known.ref is not None:
        return known.ref, known.type, known
    types = known.types
    if types is None:
        if known.ref is not None:
            message = f"'{ref.node}' is an input, and inputs have no outputs to choose from"
            site.report("wire-port", message, f"write '{ref.node}'", at=at, port=port)
        return ref, None, None
    if ref.port is None:
        if not types:
            return ref, None, known  # a block without outputs, which is reported there
        message = f"'{ref.node}' has the outputs {listed(types)}, and the wire does not say which"
        remedy = f"write {' or '.join(f'{ref.node}.{name}' for name in list(types)[:3])}"
        site.report("wire-choice", message, remedy, at=at, port=port)
        return ref, None, known
    if ref.port not in types:
        hint = did_you_mean(ref.port, types)
        remedy = "" if hint else its("outputs", types)
        site.report("wire-port", f"'{ref.node}' has no output '{ref.port}'{hint}", remedy, at=at, port=port)
        return ref, None, known
    return ref, types[ref.port], known


def _take(site: Site, wires: Wires, pattern: Pattern, port: str, index: int | None, ref: Ref) -> Ref:
    """Record what arrives at a port by one wire; returns the wire with an explicit output."""
    known = site.frame.names.get(ref.node)
    if known is not None and ref.port is None and known.ref is not None and not known.optional:
        spelled, type_ = known.ref, known.type
    else:
        at = site.at_wire(port, index)
        label = pattern.label(port, index)
        spelled, type_, known = read(site, ref, at, label)
        if known is not None and known.optional and not pattern.port.optional:
            message = f"this input is required, and '{ref.node}' is optional, so it may be missing"
            site.report(
                "wire-optional", message, f"make '{ref.node}' an input that is not optional", at=at, port=port
            )
            type_ = None if known.absent else type_
        elif known is not None and known.absent:
            wires.absent.add(port)
            return spelled
    if type_ is None:
        wires.unknown = True
    else:
        wires.arrivals.append((port, index, type_))
    return spelled


def _assign(
    site: Site,
    wires: Wires,
    target: Target,
    written: str,
    wire: Wire,
    carry: Mapping[str, Ref],
    failed: list[str],
) -> None:
    """Handle an entry that is not simply one wire for a named, free port."""
    chosen = _ports(site, target, written, wire, carry)
    if chosen is None:
        failed.append(written)
        return
    for port, items in chosen.items():
        if port in wires.inputs or port in carry:
            message = f"the input '{port}' is wired twice"
            site.report("port-twice", message, "leave one of the wires out", at=("in", written), port=port)
            continue
        pattern = target.inputs[port]
        spelled = [_take(site, wires, pattern, port, index, ref) for index, ref in items]
        wires.inputs[port] = tuple(spelled) if pattern.port.variadic else spelled[0]


def _ports(
    site: Site, target: Target, written: str, wire: Wire, carry: Mapping[str, Ref]
) -> dict[str, Sequence[tuple[int | None, Ref]]] | None:
    """The ports that an entry of ``in`` wires, each with its wires; None after a report."""
    if written and written not in target.inputs:
        _no_port(site, written, target, ("in", written))
        return None
    free = [name for name in target.required if name not in carry]
    if isinstance(wire, Ref):
        port = written or sole(free) or (sole(set(target.inputs) - carry.keys()) if not free else None)
        if port is not None:
            return {port: [(None, wire)]}
        _choose(site, target, free)
        return None
    port = written or target.variadic
    if port is not None and target.inputs[port].port.variadic:
        return {port: list(enumerate(wire))}
    if not written and len(wire) == len(free) > 1:
        return {name: [(index, ref)] for index, (name, ref) in enumerate(zip(free, wire, strict=True))}
    takes = f"the input '{written}' takes one wire" if written else f"{target.title} takes {_counted(free)}"
    site.report("wire-list", f"{takes}, got a list of {len(wire)}", at=("in", written), port=written)
    return None


def _counted(free: Sequence[str]) -> str:
    return (
        f"{len(free)} wires ({listed(free)})"
        if len(free) > 1
        else "one wire"
        if free
        else "no wire without a name"
    )


def _choose(site: Site, target: Target, free: Sequence[str]) -> None:
    if not target.inputs and site.frame.session.dropped:
        return
    if not target.inputs:
        site.report("port-unknown", f"{target.title} has no inputs", "remove the wire", at=("in",))
        return
    names = free or list(target.inputs)
    message = f"{target.title} has the inputs {listed(names)}, and the wire does not say which"
    entries = ", ".join(f"{name}: …" for name in names)
    site.report("port-choice", message, f"name them: in: {{{entries}}}", at=("in",))


def _no_port(site: Site, port: str, target: Target, at: TreePath) -> str:
    if port in target.missed or port in site.frame.session.dropped:
        return port  # it is unknown inside the block, or could not be read, and is reported there
    hint = did_you_mean(port, target.inputs)
    remedy = "" if hint else its("inputs", target.inputs)
    site.report("port-unknown", f"{target.title} has no input '{port}'{hint}", remedy, at=at, key=True)
    return port
