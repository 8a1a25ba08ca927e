"""Params that are used but not declared, or declared but not used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoo.checker.findings import Finding, TreePath
from zoo.errors import did_you_mean

if TYPE_CHECKING:
    from zoo.checker.planner import Planner


def check(planner: Planner, declared: Mapping[str, object]) -> None:
    """Report undeclared params or, if there are none, unused ones."""
    unknown: dict[str, list[tuple[tuple[str, ...], TreePath]]] = {}
    for word, path, at in planner.params:
        name = word.removeprefix("$")
        if word == name or (name not in declared and name not in planner.dropped):
            unknown.setdefault(word, []).append((path, at))
    for word, places in unknown.items():
        name, (path, at) = word.removeprefix("$"), places[0]
        hint = did_you_mean(name, declared)
        message, remedy = f"there is no param '{name}'{hint}", f"declare it: params: {{{name}: …}}"
        if word == name:
            message = f"'{name}' is no param, and expressions are made of integers and params"
            remedy = f"write '${name}' for a param"
        if len(places) > 1:
            message += f" (it is used {len(places)} times)"
        found = Finding("param-unknown", message, "" if hint else remedy, path=path, file=planner.file, at=at)
        planner.plan.findings.append(found)
    planner.plan.unknown.update(unknown)
    used = {word.removeprefix("$") for word, _, _ in planner.params}
    for name in declared:
        if name not in used and not unknown and not planner.dropped:
            message, at = f"nothing uses the param '{name}'", ("params", name)
            planner.report("param-unused", message, "remove it", at=at, key=True, severity="warning")
