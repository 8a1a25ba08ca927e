"""The cells in recurrent layers as nodes of their own: each is a loop that hands on its states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from torch import nn

from zoo.probing.sites import BATCH, Path, Site, Walk, sequences, sites
from zoo.probing.subject import Subject
from zoo.spec import LayerSpec


def with_cells(subject: Subject, places: Mapping[Path, nn.Module]) -> Iterator[Site]:
    """The nodes, and behind each recurrent layer the cells in it."""
    along = sequences(subject.resolution)
    for site in sites(subject.resolution):
        cells = [
            path
            for path, module in places.items()
            if path[: len(site.module)] == site.module
            and len(path) > len(site.module)
            and "/" in site.what
            and hasattr(type(module), "__zoo_spec__")
        ]
        axis = next((axis for axes in site.axes.values() for axis in axes if axis in along), None)
        if not cells or axis is None or site.walk is not None:
            yield site
            continue
        inside = [_cell(site, path, places, axis) for path in cells]
        yield replace(site, inner=inside[0].inner)
        yield from inside


def _cell(site: Site, module: Path, places: Mapping[Path, nn.Module], axis: str) -> Site:
    spec: LayerSpec = getattr(type(places[module]), "__zoo_spec__")  # noqa: B009  # nn.Module declares no such attribute
    path = (*site.path, *module[len(site.module) :])
    # In the order of states: each second cell of a layer in both directions walks from the end.
    both = bool(getattr(places[site.module], "bidirectional", False))
    backward = both and path[-1].isdigit() and int(path[-1]) % 2 == 1
    walk = Walk(path, site.module, axis, backward, {name: (path, name) for name in spec.outputs})
    axes = {
        name: tuple(BATCH if str(size) == BATCH else None for size in port.shape)
        for name, port in spec.outputs.items()
    }
    return Site(path, module, spec.id, axes, walk=walk, inner=walk)
