"""What all pictures of a model's inside share: the figure, its title, its file. matplotlib is an extra."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from textwrap import fill
from typing import Any

from zoo.errors import ZooError
from zoo.extras import require
from zoo.files import write_bytes

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000", "#E69F00", "#56B4E9")
"""Okabe & Ito's colours for the colour-blind (2008), without their yellow, which is too pale on white."""
SMALL = 8
"""The smallest type, in points: still legible in a picture shown at half its size."""


def drawable(path: Path) -> None:
    """Raise ZooError for a name that is not a picture's."""
    if path.suffix.lower() not in {".svg", ".png"}:
        raise ZooError(
            f"a picture is an .svg or a .png, and '{path.name}' is neither; give it another suffix"
        )


def figure(path: Path, width: float, height: float, title: str) -> Any:
    """A white figure of a size in inches under its title, which is wrapped and has its lines for itself."""
    drawable(path)
    require("probe", "matplotlib", what="these pictures are drawn by matplotlib")
    from matplotlib.figure import Figure  # by itself, without a window system

    size = 10 if width > 6 else SMALL
    lines = wrapped(title, width, size)
    more = 0.17 * (lines.count("\n") + bool(lines))
    made: Any = Figure(figsize=(width, height + more), layout="constrained", facecolor="white")
    if lines:
        made.suptitle(lines, fontsize=size, parse_math=False)
    return made


def save(made: Any, path: Path) -> None:
    """Write a figure. Raises FileError where that fails, and leaves an old file unchanged."""
    import matplotlib as mpl

    drawing: Any = mpl  # it types its settings in part
    kind, buffer = path.suffix.lower().removeprefix("."), BytesIO()
    # Text stays text, and the same picture is the same file.
    with drawing.rc_context({"svg.fonttype": "none", "svg.hashsalt": "zoo"}):
        made.savefig(buffer, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else {})
    write_bytes(path, buffer.getvalue())


def wrapped(text: str, width: float, points: float) -> str:
    """Text in lines that fit into a width in inches, at a size of type."""
    return fill(text, max(int(width * 72 / (0.62 * points)), 12), break_on_hyphens=False)


def nothing(what: str, *, broken: bool) -> ZooError:
    """The error for a picture without a single point: each is zero, or (``broken``) no finite number."""
    if broken:
        return ZooError(
            f"there is nothing to draw: no {what} is a finite number; `zoo probe ... nan` names the node in "
            "which the first NaN was born"
        )
    return ZooError(f"there is nothing to draw: each {what} is zero; probe another wire, or another step")
