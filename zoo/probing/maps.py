"""Weights of attention as pictures: a row for each node, a column for each head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from zoo.errors import ZooError
from zoo.probing.attention import Map
from zoo.probing.pictures import SMALL, figure, nothing, save
from zoo.probing.words import Words

MOST = 400
"""Maps that can still be looked at in one picture."""
WORDS = 40
"""With more steps than this, an axis has numbers and not what each step says."""
_INCH = 0.13
"""What a line of the smallest type takes."""


def draw_attention(
    maps: Sequence[Map], path: str | Path, *, example: int = 0, title: str = ""
) -> tuple[str, ...]:
    """The weights of one ``example`` (0: the first): a row for each node, a column for each head; queries go
    down, keys to the right. All share one scale of colours, by the root, so that weights of many keys are
    seen, too.

    Where it is known what the steps say (``Map.words``), it stands at the axes, and padding is left out. What
    else is left out is returned, and drawn in grey: weights that are NaN. Raises what ``draw_courses``
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
        raise ZooError(
            f"attention is drawn for one of {examples} sequences, and there is no sequence {example + 1}; "
            f"take one from 1 to {examples}"
        )
    drawn = [_Drawn.of(each, example) for each in maps]
    if not any(bool(each.weights.isfinite().any()) for each in drawn):
        raise nothing("weight", broken=True)
    title = ", ".join(filter(None, (title, f"sequence {example + 1} of {examples}")))
    _save(drawn, heads, Path(path), title)
    lost = [int((~each.weights.isfinite()).sum()) for each in drawn]
    return tuple(
        f"{each.name}, of whose {each.weights.numel()} weights {count} are NaN"
        for each, count in zip(drawn, lost, strict=True)
        if count
    )


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One example of a node: heads × query × key, and what its steps say, where that is known."""

    name: str
    weights: Tensor
    queries: Sequence[str]
    keys: Sequence[str]

    @classmethod
    def of(cls, found: Map, example: int) -> _Drawn:
        queries, keys = (_said(each, example) for each in (found.queries, found.keys))
        weights = found.weights[example].detach().cpu().float()
        weights = weights[:, : len(queries) or None, : len(keys) or None]
        return cls(found.wire, weights, queries, keys)


def _said(words: Words, example: int) -> Sequence[str]:
    """What the steps of an example say, without the padding at its end."""
    steps = words[example] if words else ()
    return steps[: max((at for at, word in enumerate(steps, 1) if word), default=0)]


def _save(drawn: Sequence[_Drawn], heads: int, path: Path, title: str) -> None:
    wide, high = (max(each.weights.shape[axis] for each in drawn) for axis in (2, 1))
    named = any(0 < len(words) <= WORDS for each in drawn for words in (each.queries, each.keys))
    width = max(1.9, _INCH * wide + 0.6) if named else 1.9
    height = max(2.0, _INCH * high + 0.8) if named else 2.0
    made = figure(path, 1.6 + width * heads, 0.8 + height * len(drawn), title)
    from matplotlib.colors import PowerNorm  # an extra: figure has asked for it

    most = max(float(each.weights.nan_to_num().max()) for each in drawn)
    colours: Any = PowerNorm(0.5, 0.0, most or 1.0)
    grid = made.subplots(len(drawn), heads, squeeze=False)
    image: Any = None
    for row, each in zip(grid, drawn, strict=True):
        for head, axes in enumerate(row):
            if head < len(each.weights):
                image = _draw_map(axes, each, head, colours)
            else:
                axes.set_axis_off()
        row[0].set_ylabel(f"{each.name}\nquery", fontsize=SMALL, parse_math=False)
    bar = made.colorbar(image, ax=grid, fraction=0.05, aspect=30)
    bar.set_label("attention weight", fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL)
    save(made, path)


def _draw_map(axes: Any, drawn: _Drawn, head: int, colours: Any) -> Any:
    """The map of one head; its picture, for the bar of colours."""
    axes.set_facecolor("lightgrey")
    image = axes.imshow(
        drawn.weights[head].numpy(), norm=colours, cmap="viridis", aspect="auto", interpolation="nearest"
    )
    if len(drawn.weights) > 1:
        axes.set_title(f"head {head}", fontsize=SMALL)
    axes.set_xlabel("key", fontsize=SMALL)
    axes.tick_params(labelsize=SMALL)
    for axis, words in ((axes.xaxis, drawn.keys), (axes.yaxis, drawn.queries)):
        if 0 < len(words) <= WORDS:
            axis.set_ticks(range(len(words)), [word or "·" for word in words], parse_math=False)
        else:
            axis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if 0 < len(drawn.keys) <= WORDS and max(map(len, drawn.keys)) > 1:
        axes.tick_params(axis="x", labelrotation=90)
    return image
