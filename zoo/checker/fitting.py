"""Matching the types that arrive at a node with its ports, and describing mismatches.

All ports of a node are matched with the same bindings: ``batch`` must be the same size on every wire.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from zoo.checker import causes
from zoo.checker.causes import swapped
from zoo.checker.known import NOTHING
from zoo.checker.patterns import Axes, Bindings, Waiting, settle
from zoo.checker.site import Site
from zoo.checker.targets import Target
from zoo.checker.wiring import Arrival
from zoo.spec import TensorType


@dataclass(frozen=True, slots=True)
class Fit:
    """The result of matching a node.

    ``doubted`` are the ports with a wrong dtype or number of axes; ``swapped`` says that two wires are
    interchanged.
    """

    good: bool
    doubted: frozenset[str] = NOTHING
    swapped: bool = False


FITS = Fit(True)


def fit(
    site: Site, target: Target, arrivals: Sequence[Arrival], bindings: Bindings, given: Collection[str] = ()
) -> Fit:
    """Match every arrival with its port, binding the names of axes; mismatches are reported.

    ``given`` are the settings in the file: if one of them is the axis at fault, the remedy is to omit it.
    """
    said: set[str] = set()
    misfits: set[str] = set()
    waiting: Waiting = []
    waits: list[Arrival] = []
    frame = site.frame
    same, reported = frame.same, len(frame.findings)
    start = bindings.copy() if len(arrivals) > 1 else bindings
    for arrival in arrivals:
        port, _, type_ = arrival
        pattern = target.inputs[port]
        before = len(waiting)
        # with a wrong dtype, the axes are not compared
        if type_.dtype != pattern.port.dtype or not pattern.match(type_.shape, bindings, same, waiting):
            del waiting[before:]
            misfits.add(port)
            _report(site, target, arrival, bindings, given, said)
        waits += [arrival] * (len(waiting) - before)
    if waiting:
        owners = {id(entry): arrival for entry, arrival in zip(waiting, waits, strict=True)}
        for entry in settle(waiting, bindings, same):
            misfits.add(owners[id(entry)][0])
            _report(site, target, owners[id(entry)], bindings, given, said)
    if not misfits:
        return FITS
    swap = swapped(target, arrivals, misfits, start, same)
    if swap is not None:
        first = replace(frame.findings[reported], remedy=f"swap the wires of '{swap[0]}' and '{swap[1]}'")
        frame.findings[reported:] = [first]
        return Fit(False, frozenset(swap), swapped=True)
    doubted = {port for port, _, type_ in arrivals if port in misfits and _is_other(target, port, type_)}
    return Fit(False, frozenset(doubted))


def _is_other(target: Target, port: str, type_: TensorType) -> bool:
    """Whether a type has another dtype or number of axes than a port."""
    pattern = target.inputs[port]
    return type_.dtype != pattern.port.dtype or not pattern.has_rank(len(type_.shape))


def _report(
    site: Site,
    target: Target,
    arrival: Arrival,
    bindings: Bindings,
    given: Collection[str],
    said: set[str],
) -> None:
    """Report a mismatch, but the same two sizes only once per node."""
    port, index, type_ = arrival
    frame, pattern = site.frame, target.inputs[port]
    expected = pattern.words(bindings, frame.word)
    if type_.dtype != pattern.port.dtype:
        code, remedy = "wire-dtype", causes.of_kind(site, target, port, index)
        reason = f"{pattern.port.dtype} is not {type_.dtype}"
    else:
        code = "wire-shape"
        wanted = pattern.axes(bindings)
        if wanted is None or len(wanted) != len(type_.shape):
            least = "at least " if wanted is None else ""
            count = len(pattern.items) if wanted is None else len(wanted)
            reason = f"{least}{_axes(count)} expected, not {len(type_.shape)}"
            remedy = causes.of_kind(site, target, port, index)
        else:
            reason, remedy = _difference(site, wanted, type_, given)
    message = f"expected {expected}, got {frame.words(type_)}: {reason}"
    at = site.at_wire(port, index)
    if reason not in said:
        site.report(code, message, remedy, at=at, port=pattern.label(port, index))
    said.add(reason)


def _difference(site: Site, wanted: Axes, type_: TensorType, given: Collection[str]) -> tuple[str, str]:
    """Why a type does not fit, and a remedy."""
    frame = site.frame
    for (name, size), came in zip(wanted, type_.shape, strict=True):
        if size is None or size == came or frame.same(size, came):
            continue
        reason = f"{frame.word(size)} is not {frame.word(came)}"
        if site.twin is not None:
            return reason, "a module that is applied again keeps its widths"
        if name in given:
            return reason, f"leave the setting '{name}' out, and it is solved from the wires"
        return reason, causes.of_names(frame, size, came)
    return "no size of its axes makes them equal", ""


def _axes(count: int) -> str:
    return "no axes" if count == 0 else "1 axis" if count == 1 else f"{count} axes"
