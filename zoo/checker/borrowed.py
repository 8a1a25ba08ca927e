"""Borrowed modules and parameters: resolving the names in ``reuse`` and ``tie``.

Both name a node of the same body or, inside a scan, of an enclosing body; the innermost match counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo.checker.findings import Code, TreePath
from zoo.checker.resolution import Tie
from zoo.errors import did_you_mean
from zoo.graph import Call, Repeat, Reuse, Scan

if TYPE_CHECKING:
    from zoo.checker.planner import Planner


def find(planner: Planner) -> None:
    """Record in the plan what the nodes of a body borrow."""
    for name, node in planner.nodes.items():
        if isinstance(node, Reuse):
            _find_reused(planner, name, node)
        elif not isinstance(node, Scan) and node.tie:
            _find_tied(planner, name, node)


def _find_reused(planner: Planner, name: str, node: Reuse) -> None:
    """Find the owner of the module that ``node`` applies, following chains of reuses."""
    found = _find(planner, name, node.of, "reuse-unknown", ("reuse",))
    if found is not None:
        planner.plan.reuses[name] = found


def _find_tied(planner: Planner, name: str, node: Call | Repeat) -> None:
    """Find the owners of the tied parameters of ``node``."""
    ties: dict[str, Tie] = {}
    for own, target in node.tie.items():
        lender, _, parameter = target.partition(".")
        found = _find(planner, name, lender, "tie-unknown", ("tie", own))
        if found is not None:
            ties[own] = Tie(found[1], found[0], parameter)
    planner.plan.ties[name] = ties


def _find(planner: Planner, name: str, target: str, code: Code, at: TreePath) -> tuple[str, int] | None:
    """The node that owns the module of ``target``, and how many scopes further out; None after a report."""
    here, depth, borrower = planner, 0, name
    seen = {(id(planner), name)} if code == "reuse-unknown" else set[tuple[int, str]]()
    while True:
        while target not in here.nodes and here.outer is not None:
            here, depth, borrower = here.outer, depth + 1, here.name
        node = here.nodes.get(target)
        if node is None:
            if target not in planner.dropped and not any(
                target in each.plan.unknown for each in planner.chain()
            ):
                _unknown(planner, name, target, code, at)
            return None
        if (id(here), target) in seen or (depth and target == borrower and code == "reuse-unknown"):
            message = f"'{target}' would be applied inside itself"
            planner.report(
                "reuse-cycle", message, "reuse a node that has a module of its own", node=name, at=at
            )
            return None
        seen.add((id(here), target))
        if not isinstance(node, Reuse):
            shared = here.lenders if code == "reuse-unknown" else here.tied
            shared.setdefault(borrower, set()).add(target)
            return target, depth
        target = node.of


def _unknown(planner: Planner, name: str, target: str, code: Code, at: TreePath) -> None:
    names = {word for around in planner.chain() for word in around.nodes} - {name}
    what = "module could be applied again" if code == "reuse-unknown" else "parameter could be shared"
    message = f"there is no node '{target}' here whose {what}{did_you_mean(target, names)}"
    planner.report(code, message, node=name, at=at)
