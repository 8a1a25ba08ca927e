"""Shared by commands: resolving the graph of a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoo.errors import GraphError

if TYPE_CHECKING:
    from zoo.checker.resolution import Resolution
    from zoo.values import Scalar


def resolved(file: str, params: Mapping[str, Scalar]) -> Resolution:
    """The resolved graph of a file; raises GraphError with all its problems if one is an error."""
    from zoo.checker import resolve
    from zoo.files import load

    resolution = resolve(load(file), params=params)
    if not resolution.ok:
        raise GraphError([problem for problem in resolution.problems if problem.severity == "error"])
    return resolution
