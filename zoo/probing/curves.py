"""Norms over distance as curves in one picture: the wires of a graph, or several graphs side by side."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.probing.courses import Course
from zoo.probing.pictures import COLOURS, SMALL, figure, nothing, save, wrapped

GRADIENT = "norm of ∂J/∂h"
JACOBIANS = "norm of the product of Jacobians, ‖·‖/√n"
"""What is drawn upwards: gradients of J, or products of the Jacobians of a loop's states."""
SAME = 1e-9
"""Courses that differ by less are one line with all their names, for one would hide the others."""
WIDTH = 6.4
_STYLES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v", "P", "X")


def draw_courses(
    courses: Mapping[str, Course], path: str | Path, *, title: str = "", what: str = GRADIENT
) -> tuple[str, ...]:
    """Norms over distance on a logarithmic axis, ``what`` they are the norms of beside it.

    Lines differ in colour, dashes and marks, and the legend gives the rate of each and its verdict. Courses
    that are the same are one line under all their names. A norm that is zero, NaN or infinite has no point;
    what is left out for being no finite number is returned, a phrase for each course. Raises ZooError without
    matplotlib, for other files than .png and .svg, where nothing can be written, and where no point is left.
    """
    if not courses:
        raise ZooError("there is nothing to draw: the graph has no such course; probe another part of it")
    lines = _lines(courses)
    points = [[norm if 0 < norm < math.inf else math.nan for norm in each.norms] for _, each in lines]
    if all(math.isnan(norm) for own in points for norm in own):
        raise nothing("norm", broken=any(_broken(each) for each in courses.values()))
    labels = [wrapped(_label(name, each), WIDTH - 0.5, SMALL) for name, each in lines]
    rows = sum(label.count("\n") + 1 for label in labels)
    made = figure(Path(path), WIDTH, 4.0 + 0.17 * rows, title)
    axes = made.subplots()
    for number, (own, label) in enumerate(zip(points, labels, strict=True)):
        axes.plot(range(len(own)), own, label=label, **_line(number, own))
    axes.set_yscale("log")
    axes.set_xlabel("distance from J in steps" if what == GRADIENT else "distance in steps")
    axes.set_ylabel(what)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.grid(visible=True, alpha=0.25)
    made.legend(loc="outside lower center", fontsize=SMALL, frameon=False, handlelength=4)
    save(made, Path(path))
    return tuple(
        f"{name}, of whose {len(each.norms)} norms {_broken(each)} are NaN or infinite"
        for name, each in courses.items()
        if _broken(each)
    )


def _line(number: int, points: Sequence[float]) -> dict[str, Any]:
    """How a line looks: seven colours and marks, four kinds of dashes, and so 28 lines of which no two are
    alike.
    """
    return {
        "color": COLOURS[number % len(COLOURS)],
        "linestyle": _STYLES[number % len(_STYLES)],
        "linewidth": 1.5,
        "marker": _MARKERS[number % len(_MARKERS)],
        "markersize": 3.5,
        "markevery": _marked(number, points),
    }


def _marked(number: int, points: Sequence[float]) -> list[int]:
    """The points with a mark: some of each line, and all that stand alone, which nothing else shows."""
    apart = max(len(points) // 16, 1)
    around = [math.nan, *points, math.nan]
    return [
        at
        for at in range(len(points))
        if at % apart == number % apart or (math.isnan(around[at]) and math.isnan(around[at + 2]))
    ]


def _lines(courses: Mapping[str, Course]) -> list[tuple[str, Course]]:
    """What is drawn: the courses, those that are the same under all their names."""
    found: list[tuple[str, Course]] = []
    for name, each in courses.items():
        at = next((place for place, (_, other) in enumerate(found) if _same(each, other)), None)
        if at is None:
            found.append((name, each))
        else:
            found[at] = (f"{found[at][0]} = {name}", found[at][1])
    return found


def _label(name: str, each: Course) -> str:
    rate = "" if each.rate is None else f", ×{each.rate:.3g} a step"
    verdict = "" if each.verdict == "neither" else f", {each.verdict}"
    broken = f", {_broken(each)} of {len(each.norms)} not finite" if _broken(each) else ""
    return name + rate + verdict + broken


def _same(one: Course, other: Course) -> bool:
    return len(one.norms) == len(other.norms) and all(
        math.isclose(a, b, rel_tol=SAME) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(one.norms, other.norms, strict=True)
    )


def _broken(each: Course) -> int:
    return sum(not math.isfinite(norm) for norm in each.norms)
