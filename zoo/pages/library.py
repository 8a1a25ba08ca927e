"""The page of the library: every graph in order, with its opening comment and its picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from zoo.checker import resolve
from zoo.checker.resolution import Resolution
from zoo.files import load
from zoo.packs import Registry
from zoo.pages.facts import layers_used
from zoo.pages.index import page_path
from zoo.pages.layer import markdown, table
from zoo.sizes.words import short

INTRODUCTION = """\
# The library of graphs

Each graph is shown with the description in its file, in the order in which one leads to the next.
*Sequential* is the longest chain of dependent operations, and *path* the longest path between two positions
of a sequence, both as functions of its length (`zoo show --formulas`); the layers are those that no earlier
graph uses. `zoo graphs --docs` generates this page.
"""

Measure = Callable[[Resolution], tuple[str, str]]
"""Returns the measured columns; everything else on the page follows from the files."""


def library_page(registry: Registry, pictures: str, measure: Measure) -> str:
    """The page in Markdown; pictures are ``pictures``/NAME.png, ``measure`` returns a graph's two columns."""
    met: set[str] = set()
    parts = [INTRODUCTION.strip()]
    for name, path in registry.graphs.items():
        graph = load(path)
        if not graph.nodes:
            continue
        resolution = resolve(graph, registry)
        used = layers_used(resolution)
        new = [layer for layer in used if layer not in met]
        met.update(used)
        parts += [f"## {name}", *story(path.read_text(encoding="utf-8"))]
        parts.append(f"![{graph.about}]({pictures}/{name}.png)")
        parts.append(_table(resolution, new, measure, registry))
    return "\n\n".join(parts) + "\n"


def story(text: str) -> Iterator[str]:
    """The paragraphs of a file's opening comment, the first in bold."""
    lines: list[str] = []
    for line in text.splitlines():
        if not line.startswith("#"):
            break
        lines.append(line.removeprefix("#").removeprefix(" "))
    for number, paragraph in enumerate(re.split(r"\n\s*\n", "\n".join(lines).strip("\n"))):
        if all(line.startswith("  ") for line in paragraph.splitlines()):
            yield f"```text\n{paragraph}\n```"
        else:
            yield f"**{markdown(paragraph)}**" if not number else markdown(paragraph)


def _table(resolution: Resolution, new: list[str], measure: Measure, registry: Registry) -> str:
    from zoo.costs import count_parameters

    links = [f"[{name}](layers/{page_path(registry.layers[name]).as_posix()})" for name in new]
    sequential, path = measure(resolution)
    return table(
        ("parameters", "sequential", "path", "new layers"),
        [(short(count_parameters(resolution)), sequential, path, ", ".join(links))],
    )


def kept(old: str) -> Measure:
    """The measurements of an old page; graphs that it lacks are measured."""
    known: dict[str, tuple[str, str]] = {}
    for part in re.split(r"^## ", old, flags=re.MULTILINE)[1:]:
        rows = [line.split("|")[1:-1] for line in part.splitlines() if line.startswith("| ")]
        if len(rows) == 3 and len(rows[2]) >= 3:
            known[part.partition("\n")[0]] = rows[2][1].strip(), rows[2][2].strip()
    return lambda resolution: known.get(resolution.graph.name) or measured(resolution)


def measured(resolution: Resolution) -> tuple[str, str]:
    """How a graph grows: its longest chain, and its longest path."""
    from zoo.formulas import formulas

    found = formulas(resolution)
    return (
        "unknown" if found.sequential is None else f"`{found.sequential}`",
        f"`{found.path}`" if found.path else "",
    )
