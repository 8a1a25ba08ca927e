"""Unused nodes and inputs: warnings, because such a graph still runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.graph import Scan

if TYPE_CHECKING:
    from zoo.checker.planner import Planner


def find(planner: Planner) -> None:
    """Report nodes that no output depends on, and inputs that nothing reads."""
    _nodes(planner)
    body = planner.plan.body
    for name, at in planner.entries.items():
        if name in planner.used or (isinstance(body, Scan) and at[0] == "each" and len(body.each) == 1):
            continue  # a scan needs one input to know its length
        what = f"the {at[0]} '{name}'" if isinstance(body, Scan) else f"the input '{name}'"
        planner.report(
            "input-unused", f"nothing reads {what}", "remove it", at=at, key=True, severity="warning"
        )


def _nodes(planner: Planner) -> None:
    """Warn about each dead end, naming the nodes that are computed only for it."""
    body = planner.plan.body
    roots = [ref.node for ref in planner.plan.outputs.values()]
    if isinstance(body, Scan):
        roots += [ref.node for ref in body.next.values()]
    if not roots:
        return  # nothing is used at all, which another problem reports
    alive = _needed(planner, roots, set())
    dead = [name for name in planner.nodes if name not in alive and name not in planner.plan.lost]
    read = {source for name in dead for source in planner.sources[name]}
    for name in dead:
        if name in read:
            continue
        feeders = _needed(planner, [name], alive) - {name}
        alive |= feeders
        message = f"nothing reads '{name}'"
        if feeders:
            names = ", ".join(sorted(feeders)[:5]) + (", …" if len(feeders) > 5 else "")
            message += f", so {names} {'is' if len(feeders) == 1 else 'are'} computed for nothing too"
        remedy = "wire it, make it an output, or remove it"
        planner.report("node-unused", message, remedy, node=name, severity="warning")


def _needed(planner: Planner, roots: list[str], known: set[str]) -> set[str]:
    """The nodes that ``roots`` depend on, including themselves, but without those in ``known``."""
    found: set[str] = set()
    stack = list(roots)
    while stack:
        name = stack.pop()
        if name in planner.nodes and name not in found and name not in known:
            found.add(name)
            stack += planner.sources[name]
            stack += planner.lenders.get(name, ())
            stack += planner.tied.get(name, ())
    return found
