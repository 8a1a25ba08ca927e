"""Pictures of what was found: norms as curves, attention as maps. matplotlib draws them, and is an extra."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from zoo.errors import ZooError
from zoo.probing.attention import Map
from zoo.probing.courses import Course

MOST = 400
"""Maps that can still be looked at in one picture."""


def draw_courses(courses: Mapping[str, Course], path: str | Path, *, title: str = "") -> None:
    """Norms over distance, each under its name, on a logarithmic axis; a gradient of zero has no point.

    Raises ZooError without matplotlib, for other files than .png and .svg, and where nothing can be written.
    """
    if not courses:
        raise ZooError("there is nothing to draw: the graph has no such course; probe another part of it")
    figure = _figure(Path(path), 6.4, 4.2)
    axes = figure.subplots()
    for name, each in courses.items():
        points = [norm if norm > 0 else float("nan") for norm in each.norms]
        rate = "" if each.rate is None else f", ×{each.rate:.3g} a step"
        axes.plot(range(len(points)), points, linewidth=1.4, label=f"{name}{rate}")
    axes.set_yscale("log")
    axes.set_xlabel("distance in steps")
    axes.set_ylabel("norm of ∂J/∂h")
    axes.grid(visible=True, alpha=0.25)
    axes.legend(fontsize="small")
    if title:
        axes.set_title(title, fontsize="medium")
    _save(figure, Path(path))


def draw_attention(maps: Sequence[Map], path: str | Path, *, example: int = 0, title: str = "") -> None:
    """The weights of one example: a row for each node, a column for each head; queries go down, keys to the
    right.

    Raises what ``draw_courses`` raises; ZooError for too many maps, and for an example that is not there.
    """
    heads = max(each.weights.shape[1] for each in maps)
    if len(maps) * heads > MOST:
        raise ZooError(
            f"{len(maps)} nodes of {heads} heads are more than the {MOST} maps that one can look at; choose "
            "some nodes"
        )
    examples = min(len(each.weights) for each in maps)
    if not 0 <= example < examples:
        raise ZooError(f"there are {examples} examples, from 0 on, and {example} is none of them")
    figure = _figure(Path(path), 1.2 + 1.9 * heads, 0.6 + 2.0 * len(maps))
    grid = figure.subplots(len(maps), heads, squeeze=False)
    for row, each in zip(grid, maps, strict=True):
        weights = each.weights[example].detach().cpu().float().numpy()
        for head, axes in enumerate(row):
            if head >= len(weights):
                axes.set_axis_off()
                continue
            axes.imshow(weights[head], vmin=0.0, cmap="viridis", aspect="auto", interpolation="nearest")
            axes.set_title(f"head {head}" if len(weights) > 1 else "", fontsize="x-small")
            axes.tick_params(labelsize="xx-small")
        row[0].set_ylabel(each.wire, fontsize="x-small")
    if title:
        figure.suptitle(title, fontsize="small")
    _save(figure, Path(path))


def _figure(path: Path, width: float, height: float) -> Any:
    if path.suffix.lower() not in {".svg", ".png"}:
        raise ZooError(
            f"a picture is an .svg or a .png, and '{path.name}' is neither; give it another suffix"
        )
    if not find_spec("matplotlib"):
        raise ZooError(
            'these pictures are drawn by matplotlib, which is not installed; pip install "layerzoo[probe]"'
        )
    from matplotlib.figure import Figure  # by itself, without a window system

    figure: Any = Figure(figsize=(width, height), layout="constrained")
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
