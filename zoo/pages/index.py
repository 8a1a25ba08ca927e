"""The index of the pages: layers by the graphs that use them first, in the order of the library."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from zoo.packs.offers import use_name
from zoo.pages.layer import table
from zoo.spec import LayerSpec

_INTRODUCTION = """\
Each layer is listed under the first graph of the library that uses it, so each graph is followed by the
layers that it adds to those before it. `zoo layers --docs` generates these pages from the layers themselves.
"""


def page_path(spec: LayerSpec) -> Path:
    """The path of a layer's page among the pages: ``attention/multi_head.md``."""
    pack, _, name = use_name(spec).partition("/")
    return Path(pack, f"{name.replace('@', '_v')}.md")


def index(specs: Iterable[LayerSpec], graphs: Mapping[str, str], users: Mapping[str, tuple[str, ...]]) -> str:
    """The index in Markdown; ``graphs`` are those of the library by name, with their descriptions."""
    left = {use_name(spec): spec for spec in specs}
    parts = ["# Layers", _INTRODUCTION.strip()]
    for graph, about in graphs.items():
        new = [left.pop(name) for name in [*left] if graph in users.get(name, ())]
        if new:
            parts += [f"## {graph}", about, _list(new)]
    if left:
        parts += ["## And on", "What no graph of the library uses yet.", _list(left.values())]
    return "\n\n".join(parts) + "\n"


def _list(specs: Iterable[LayerSpec]) -> str:
    rows = (
        (f"[{use_name(spec)}]({page_path(spec).as_posix()})", spec.summary.replace("``", "`"))
        for spec in specs
    )
    return table(("layer", "what it is"), rows)
