"""Whether the types that arrive fit the ports, and in which words not.

All ports of a node are matched with the same bindings: what ``batch`` is on one wire, it must be on the
others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from zoo.checker.patterns import Bindings, Pattern, Waiting, settle
from zoo.checker.site import Site
from zoo.checker.targets import Target
from zoo.checker.wiring import Arrival
from zoo.spec import TensorType


def fit(
    site: Site, target: Target, arrivals: Iterable[Arrival], bindings: Bindings, given: Collection[str] = ()
) -> bool:
    """Match every arrival with its port, binding the names of axes; False when one does not fit, which is
    reported.

    ``given`` are the settings that the file gives: where one of them is an axis, leaving it out would mend
    it.
    """
    said: set[str] = set()
    waiting: Waiting = []
    waits: list[Arrival] = []
    same = site.frame.same
    for arrival in arrivals:
        port, _, type_ = arrival
        pattern = target.inputs[port]
        before = len(waiting)
        # the axes of a wrong kind of thing mean nothing here
        if type_.dtype != pattern.port.dtype or not pattern.match(type_.shape, bindings, same, waiting):
            del waiting[before:]
            _report(site, pattern, arrival, bindings, given, said)
        waits += [arrival] * (len(waiting) - before)
    if waiting:
        owners = {id(entry): arrival for entry, arrival in zip(waiting, waits, strict=True)}
        for entry in settle(waiting, bindings, same):
            _report(site, entry[0], owners[id(entry)], bindings, given, said)
    return not said


def _report(
    site: Site,
    pattern: Pattern,
    arrival: Arrival,
    bindings: Bindings,
    given: Collection[str],
    said: set[str],
) -> None:
    """Report what does not fit, but the same two sizes only once a node."""
    port, index, type_ = arrival
    frame = site.frame
    expected = pattern.words(bindings, frame.word)
    remedy = ""
    if type_.dtype != pattern.port.dtype:
        code, reason = "wire-dtype", f"{pattern.port.dtype} is not {type_.dtype}"
    else:
        code = "wire-shape"
        reason, name = _difference(site, pattern, type_, bindings)
        if site.twin is not None:
            remedy = "a module that is applied again keeps its widths"
        elif name in given:
            remedy = f"leave the setting '{name}' out, and it is solved from the wires"
    message = f"expected {expected}, got {frame.words(type_)}: {reason}"
    at = site.at_wire(port, index)
    if reason not in said:
        site.report(code, message, remedy, at=at, port=pattern.label(port, index))
    said.add(reason)


def _difference(site: Site, pattern: Pattern, type_: TensorType, bindings: Bindings) -> tuple[str, str]:
    """What keeps a type from fitting, and the name of the axis that does."""
    frame = site.frame
    wanted = pattern.axes(bindings)
    if wanted is None or len(wanted) != len(type_.shape):
        least = "at least " if wanted is None else ""
        count = len(pattern.items) if wanted is None else len(wanted)
        return f"{least}{_axes(count)} expected, not {len(type_.shape)}", ""
    for (name, size), came in zip(wanted, type_.shape, strict=True):
        if size is not None and size != came and not frame.same(size, came):
            return f"{frame.word(size)} is not {frame.word(came)}", name
    return "no size of its axes makes them equal", ""


def _axes(count: int) -> str:
    return "no axes" if count == 0 else "1 axis" if count == 1 else f"{count} axes"
