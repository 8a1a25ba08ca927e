"""Comparing the distributions that a graph requires with those that are installed."""

from __future__ import annotations

from importlib import metadata

from zoo.checker.findings import Finding
from zoo.graph import Graph


def check_requirements(graph: Graph) -> list[Finding]:
    """A warning for each unmet requirement; if it matters, a missing layer is reported as an error too."""
    findings: list[Finding] = []
    for index, text in enumerate(graph.requires):
        problem = _unmet(text)
        if problem is not None:
            message, remedy = problem
            place = ("requires", index)
            findings.append(Finding("requires-missing", message, remedy, "warning", at=place))
    return findings


def _unmet(text: str) -> tuple[str, str] | None:
    from packaging.requirements import InvalidRequirement, Requirement  # most graphs require nothing

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return f"'{text}' names no distribution", "write it as for pip, 'zoo-attention>=1.2'"
    if requirement.marker is not None and not requirement.marker.evaluate():
        return None
    remedy = f'pip install "{text}"'
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return f"this graph requires {text}, which is not installed", remedy
    if requirement.specifier.contains(version, prereleases=True):
        return None
    return f"this graph requires {text}, and {requirement.name} {version} is installed", remedy
