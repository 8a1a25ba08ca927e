"""Pictures of what was found: norms as curves, attention as maps. matplotlib draws them, and is an extra."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill
from typing import Any

from zoo.errors import ZooError
from zoo.extras import require
from zoo.probing.attention import Map
from zoo.probing.courses import Course

MOST = 400
"""Maps that can still be looked at in one picture."""
GRADIENT = "norm of ∂J/∂h"
JACOBIANS = "norm of the product of Jacobians, ‖·‖/√n"
"""What is drawn upwards: gradients of J, or products of the Jacobians of a loop's states."""
SAME = 1e-9
"""Courses that differ by less are one line with all their names, for one would hide the others."""


def draw_courses(
    courses: Mapping[str, Course], path: str | Path, *, title: str = "", what: str = GRADIENT
) -> tuple[str, ...]:
    """Norms over distance on a logarithmic axis, ``what`` they are the norms of beside it.

    Courses that are the same are one line under all their names. A norm that is zero, NaN or infinite has no
    point; what is left out for being no finite number is returned, a phrase for each course. Raises ZooError
    without matplotlib, for other files than .png and .svg, where nothing can be written, and where no point
    is left.
    """
    if not courses:
        raise ZooError("there is nothing to draw: the graph has no such course; probe another part of it")
    lines = _lines(courses)
    points = [[norm if 0 < norm < math.inf else math.nan for norm in each.norms] for _, each in lines]
    if all(math.isnan(norm) for own in points for norm in own):
        raise _nothing("norm", any(_broken(each) for each in courses.values()))
    labels = [_wrapped(_label(name, each), 6.0, 8.3) for name, each in lines]
    rows = sum(label.count("\n") + 1 for label in labels)
    figure = _figure(Path(path), 6.4, 4.0 + 0.18 * rows, title)
    axes = figure.subplots()
    styles = ("-", "--", ":", "-.")  # after ten lines the colours begin anew
    for number, (own, label) in enumerate(zip(points, labels, strict=True)):
        style = styles[number // 10 % len(styles)]
        # The marker shows a point that stands alone.
        axes.plot(range(len(own)), own, style, linewidth=1.4, marker=".", markersize=3, label=label)
    axes.set_yscale("log")
    axes.set_xlabel("distance in steps")
    axes.set_ylabel(what)
    axes.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    axes.grid(visible=True, alpha=0.25)
    figure.legend(loc="outside lower center", fontsize="small", frameon=False)
    _save(figure, Path(path))
    return tuple(
        f"{name}, of whose {len(each.norms)} norms {_broken(each)} are NaN or infinite"
        for name, each in courses.items()
        if _broken(each)
    )


def draw_attention(
    maps: Sequence[Map], path: str | Path, *, example: int = 0, title: str = ""
) -> tuple[str, ...]:
    """The weights of one example: a row for each node, a column for each head; queries go down, keys to the
    right; one scale of colours for all, which goes by the root, so that weights of many keys are seen, too.

    What is left out is returned, and drawn in grey: weights that are NaN. Raises what ``draw_courses``
    raises; ZooError for too many maps, and for an example that is not there.
    """
    heads = max((each.weights.shape[1] for each in maps), default=0)
    if not maps:
        raise ZooError("there is nothing to draw: there are no maps; probe a graph with attention")
    if len(maps) * heads > MOST:
        raise ZooError(
            f"{len(maps)} nodes of {heads} heads are more than the {MOST} maps that one can look at; choose "
            "some nodes"
        )
    examples = min(len(each.weights) for each in maps)
    if not 0 <= example < examples:
        raise ZooError(f"there are {examples} examples, from 0 on, and {example} is none of them")
    drawn = [each.weights[example].detach().cpu().float() for each in maps]
    if not any(bool(each.isfinite().any()) for each in drawn):
        raise _nothing("weight", broken=True)
    most = max(float(each.nan_to_num().max()) for each in drawn)
    title = ", ".join(filter(None, (title, f"sequence {example + 1} of {examples}")))
    figure = _figure(Path(path), 1.8 + 1.9 * heads, 0.8 + 2.0 * len(maps), title)
    grid = figure.subplots(len(maps), heads, squeeze=False)
    from matplotlib.colors import PowerNorm  # an extra: _figure has asked for it

    colours: Any = PowerNorm(0.5, 0.0, most or 1.0)
    image: Any = None
    for row, each, weights in zip(grid, maps, drawn, strict=True):
        for head, axes in enumerate(row):
            if head >= len(weights):
                axes.set_axis_off()
                continue
            axes.set_facecolor("lightgrey")
            image = axes.imshow(
                weights[head].numpy(),
                norm=colours,
                cmap="viridis",
                aspect="auto",
                interpolation="nearest",
            )
            axes.set_title(f"head {head}" if len(weights) > 1 else "", fontsize="x-small")
            axes.set_xlabel("key", fontsize="xx-small")
            axes.tick_params(labelsize="xx-small")
            for axis in (axes.xaxis, axes.yaxis):
                axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
        row[0].set_ylabel(f"{each.wire}\nquery", fontsize="x-small", parse_math=False)
    bar = figure.colorbar(image, ax=grid, fraction=0.05, aspect=30)
    bar.set_label("attention weight", fontsize="small")
    bar.ax.tick_params(labelsize="xx-small")
    _save(figure, Path(path))
    lost = [int((~each.isfinite()).sum()) for each in drawn]
    return tuple(
        f"{each.wire}, of whose {weights.numel()} weights {count} are NaN"
        for each, weights, count in zip(maps, drawn, lost, strict=True)
        if count
    )


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
    return f"{name}{rate}" + (f", {_broken(each)} of {len(each.norms)} not finite" if _broken(each) else "")


def _same(one: Course, other: Course) -> bool:
    return len(one.norms) == len(other.norms) and all(
        math.isclose(a, b, rel_tol=SAME) or (math.isnan(a) and math.isnan(b))
        for a, b in zip(one.norms, other.norms, strict=True)
    )


def _broken(each: Course) -> int:
    return sum(not math.isfinite(norm) for norm in each.norms)


def _nothing(what: str, broken: bool) -> ZooError:
    if broken:
        return ZooError(
            f"there is nothing to draw: no {what} is a finite number; `zoo probe ... nan` names the node in "
            "which the first NaN was born"
        )
    return ZooError(f"there is nothing to draw: each {what} is zero; probe another wire, or another step")


def _wrapped(text: str, width: float, points: float) -> str:
    """Text in lines that fit into a width in inches, at a size of type."""
    return fill(text, max(int(width * 72 / (0.62 * points)), 12), break_on_hyphens=False)


def drawable(path: Path) -> None:
    """Raise ZooError for a name that is not a picture's."""
    if path.suffix.lower() not in {".svg", ".png"}:
        raise ZooError(
            f"a picture is an .svg or a .png, and '{path.name}' is neither; give it another suffix"
        )


def _figure(path: Path, width: float, height: float, title: str) -> Any:
    """A figure under its title, which is wrapped and has its lines for itself."""
    drawable(path)
    require("probe", "matplotlib", what="these pictures are drawn by matplotlib")
    from matplotlib.figure import Figure  # by itself, without a window system

    size = 10 if width > 6 else 8
    lines = _wrapped(title, width, size)
    more = 0.17 * (lines.count("\n") + bool(lines))
    figure: Any = Figure(figsize=(width, height + more), layout="constrained")
    if lines:
        figure.suptitle(lines, fontsize=size, parse_math=False)
    return figure


def _save(figure: Any, path: Path) -> None:
    import matplotlib as mpl

    drawing: Any = mpl  # it types its settings in part
    try:
        # Text stays text, and the same picture is the same file.
        with drawing.rc_context({"svg.fonttype": "none", "svg.hashsalt": "zoo"}):
            figure.savefig(path, dpi=150, metadata={"Date": None} if path.suffix.lower() == ".svg" else {})
    except OSError as error:
        raise ZooError(f"cannot write {path}: {error.strerror or error}; name another place") from None
