"""What ``show`` and ``run`` share: a graph without errors, and inputs that fit it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from zoo.errors import GraphError

if TYPE_CHECKING:
    from zoo.checker.resolution import Resolution
    from zoo.values import Scalar

_BATCH, _LENGTH = 1, 32  # the sizes of axes that nobody gives


def resolved(file: str, params: Mapping[str, Scalar]) -> Resolution:
    """The graph of a file, resolved; GraphError with all its problems when one is an error."""
    from zoo.checker import resolve
    from zoo.files import load

    resolution = resolve(load(file), params=params)
    if not resolution.ok:
        raise GraphError([problem for problem in resolution.problems if problem.severity == "error"])
    return resolution


def sizes_of(resolution: Resolution, given: Mapping[str, int]) -> dict[str, int]:
    """The sizes of the axes of the inputs: as given, else 1 for ``batch`` and 32 for all others."""
    from zoo.costs import check_sizes, open_axes

    chosen = {name: _BATCH if name == "batch" else _LENGTH for name in open_axes(resolution)}
    chosen |= given
    check_sizes(resolution, chosen)
    return chosen
