"""Generating pages: collects what a page needs, and measures costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from zoo.errors import ZooError
from zoo.files import load
from zoo.packs import Registry
from zoo.packs.offers import use_name
from zoo.pages.example import example
from zoo.pages.facts import Costs, measured, users
from zoo.pages.html import write
from zoo.pages.index import index, page_path
from zoo.pages.layer import layer_page, with_costs_of
from zoo.spec import LayerSpec


def pages(
    specs: Iterable[LayerSpec], used: Mapping[str, tuple[str, ...]], links: str = "", kept: Path | None = None
) -> Iterator[tuple[LayerSpec, str]]:
    """Each layer with its page; ``links`` is the relative path of a page with a heading for each graph.

    Measurements are taken from the pages in the folder ``kept``, if they are of the same example.
    """
    for spec in specs:
        names = used.get(use_name(spec), ())
        graphs = [f"[{name}]({links}#{name})" if links else name for name in names]
        page = None
        if kept is not None and (kept / page_path(spec)).is_file():
            old = (kept / page_path(spec)).read_text(encoding="utf-8")
            page = with_costs_of(layer_page(spec, example(spec), None, graphs), old)
        yield spec, page or layer_page(spec, example(spec), costs_of(spec), graphs)


def costs_of(spec: LayerSpec) -> Costs | None:
    """The costs of a layer as formulas in its integer settings; None if no example is found."""
    found = example(spec, thorough=True) or example(spec)
    return None if found is None else measured(found[1])


def write_pages(
    specs: Iterable[LayerSpec], registry: Registry, folder: Path, links: str = "", *, quick: bool = False
) -> Iterator[Path]:
    """Write a page for each layer, and an index if there are several; yields each file. Raises ZooError.

    If ``quick``, the measurements of existing pages are kept.
    """
    specs = list(specs)
    used = users(registry)
    for spec, text in pages(specs, used, links, folder if quick else None):
        path = folder / page_path(spec)
        write(path, text)
        yield path
    if len(specs) > 1:
        write(folder / "README.md", index(specs, abouts(registry), used))
        yield folder / "README.md"


def abouts(registry: Registry) -> dict[str, str]:
    """The description of each graph of the library."""
    found: dict[str, str] = {}
    for name, path in registry.graphs.items():
        try:
            found[name] = load(path).about
        except ZooError:  # `zoo graphs` says what is wrong with it
            continue
    return found
