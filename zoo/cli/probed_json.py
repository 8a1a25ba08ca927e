"""What ``zoo probe`` found, as JSON."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from zoo import probing

if TYPE_CHECKING:
    from zoo.cli.probed import Found


def as_json(found: Sequence[Found]) -> dict[str, Any]:
    """Everything, for a program: of one model its parts, of several those of each under ``probed``."""
    if len(found) == 1:
        return {"about": found[0].about, **_parts(found[0])}
    return {"probed": [{"name": each.name, "about": each.about, **_parts(each)} for each in found]}


def _parts(found: Found) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if found.gradients is not None:
        parts["gradients"] = [_reach(each) for each in found.gradients]
    if found.recurrence is not None:
        parts["recurrence"] = [{**asdict(each), "gain": _course(each.gain)} for each in found.recurrence]
    if found.leaks is not None:
        parts["leaks"] = asdict(found.leaks)
    if found.nan is not None:
        (born,) = found.nan
        parts["nan"] = born and {**asdict(born), "place": born.place and str(born.place)}
    if found.statistics is not None:
        parts["statistics"] = [asdict(each) for each in found.statistics]
    if found.attention is not None:
        parts["attention"] = [
            {
                "wire": each.wire,
                "what": each.what,
                "entropy": each.entropy,
                "queries": each.queries,
                "keys": each.keys,
                "weights": _list(each.weights),
            }
            for each in found.attention
        ]
    return {**_plain(parts), "unfit": dict(found.unfit), "faults": found.faults}


def _course(course: probing.Course) -> dict[str, Any]:
    return {**asdict(course), "factor": course.factor, "horizon": course.horizon}


def _reach(each: probing.Reach) -> dict[str, Any]:
    return {**asdict(each), "course": _course(each.course)}


def _list(x: Any) -> list[Any]:
    found: list[Any] = x.tolist()  # torch types its elements in part
    return found


def _plain(value: Any) -> Any:
    """JSON has neither NaN nor infinity: they are written as the words that Python's ``float`` and
    JavaScript's ``Number`` read.
    """
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}  # pyright: ignore[reportUnknownVariableType] - any JSON
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType] - any JSON
    if not isinstance(value, float) or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
