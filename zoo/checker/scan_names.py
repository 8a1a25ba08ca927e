"""Checks of the names in a scan: its inputs, its states and its outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.checker.findings import Code, TreePath, its, listed
from zoo.checker.plan import entries
from zoo.errors import did_you_mean
from zoo.graph import Scan

if TYPE_CHECKING:
    from zoo.checker.planner import Planner


def check(inner: Planner, scan: Scan) -> None:
    """Report ambiguous names, states that are not fed back, and unknown states."""
    seen: dict[str, TreePath] = {}
    for name, at in entries(scan):
        if name in seen:
            message = f"'{name}' is both {seen[name][0]} and {at[0]} of this scan"
            inner.report("name-twice", message, "rename one of them", at=at, key=True)
            inner.plan.unclear.add(name)
        seen[name] = at
    strangers = {name: "next" for name in scan.next if name not in scan.state}
    strangers.update(
        {state: "final" for state in scan.final.values() if state not in {*scan.state, *strangers}}
    )
    for name, part in strangers.items():
        if name in inner.dropped:
            continue
        hint = did_you_mean(name, scan.state)
        message = f"{part} names '{name}', which is no state of this scan{hint}"
        remedy = "" if hint else its("states", scan.state)
        key = name if part == "next" else next(out for out, state in scan.final.items() if state == name)
        code: Code = "scan-next" if part == "next" else "scan-final"
        inner.report(code, message, remedy, at=(part, key), key=part == "next")
        inner.excused.add(name)
    lost = [name for name in scan.state if name not in scan.next and name not in inner.dropped]
    if len(lost) > 1 and not scan.next and not strangers:
        message = f"nothing is fed back, as none of the states {listed(lost)} has a next"
        inner.report("scan-next", message, f"write next: {{{lost[0]}: …, …}}", at=("state",), key=True)
        lost = []
    for name in lost:
        if not strangers:
            message = f"the state '{name}' has no next, so nothing is fed back"
            remedy = f"write next: {{{name}: …}}, or make it a const"
            inner.report("scan-next", message, remedy, at=("state", name), key=True)
    for name in scan.final:
        if name in scan.stack:
            message = f"'{name}' is both a stack and a final of this scan, and an output has one meaning"
            inner.report("scan-output", message, "rename one of them", at=("final", name), key=True)
    if not scan.each and not inner.dropped:
        message = f"a scan cuts at least one input into steps along '{scan.over}', and this one has no each"
        inner.report("scan-axis", message, "write each: {x: …}", at=("over",))
