"""The registry: the offers of all packs, by name.

A name that two packs claim belongs to neither, so that the meaning of a graph does not depend on the order of
installation: the name is removed, both packs get a note about the conflict, and so does anyone who looks it
up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from zoo.errors import PackError, did_you_mean
from zoo.packs.offers import Offer, Pack, Tool, spec_of, use_name
from zoo.spec import LayerSpec
from zoo.values import EMPTY, Frozen

V = TypeVar("V")


class Offered(Frozen[str, V]):
    """Offers of packs by name; an unknown name raises a KeyError with a suggestion."""

    __slots__ = ("_what",)

    def __init__(self, what: str, offers: Mapping[str, V] = EMPTY) -> None:
        super().__init__(offers)
        self._what = what

    def __missing__(self, name: object) -> NoReturn:
        raise KeyError(f"there is no {self._what} '{name}'{did_you_mean(str(name), self)}")


class Registry:
    """Layers, graphs, tasks and exporters by name, and the packs that they come from; read-only.

    ``Registry([spec, …])`` or ``Registry.of(cls, …)`` creates one without packs.
    """

    layers: Mapping[str, LayerSpec]
    """Layers by the name that files use: ``pack/name``, or ``pack/name@2`` from version 2 on.

    A version that migrates the settings of earlier ones has the plain name.
    """
    graphs: Mapping[str, Path]
    """The files of library graphs, by the names of the graphs."""
    tasks: Mapping[str, Tool]
    exporters: Mapping[str, Tool]
    packs: tuple[Pack, ...]
    """All packs that were found, including blocked and broken ones."""
    notes: tuple[str, ...]
    """Findings that do not concern a particular pack."""

    def __init__(self, layers: Iterable[LayerSpec] = (), graphs: Mapping[str, Path] = EMPTY) -> None:
        specs: dict[str, LayerSpec] = {}
        for spec in layers:
            if use_name(spec) in specs:
                raise PackError(f"an id names one layer, and '{use_name(spec)}' is here twice; leave one out")
            specs[use_name(spec)] = spec
        self.layers = Offered("layer", specs)
        self.graphs = Offered("graph", graphs)
        self.tasks, self.exporters = Offered[Tool]("task"), Offered[Tool]("exporter")
        self.packs = ()
        self.notes = ()
        self._claimed: Mapping[str, Sequence[Pack]] = {}

    @staticmethod
    def of(*classes: type[Any]) -> Registry:
        """A registry of some classes decorated with ``@zoo.layer``."""
        specs: list[LayerSpec] = []
        for cls in classes:
            if (spec := spec_of(cls)) is None:
                raise PackError(f"a registry holds layers, and {cls} is not one; put @zoo.layer above it")
            specs.append(spec)
        return Registry(specs)

    @staticmethod
    def collect(loaded: Sequence[tuple[Pack, Offer]], notes: Iterable[str] = ()) -> Registry:
        """Combine the offers of packs into a registry."""
        registry = Registry()
        clashes: dict[str, list[str]] = defaultdict(list)
        registry.layers, registry._claimed = _merge("layer", [(p, o.layers) for p, o in loaded], clashes)
        registry.graphs, _ = _merge("graph", [(p, o.graphs) for p, o in loaded], clashes)
        registry.tasks, _ = _merge("task", [(p, o.tasks) for p, o in loaded], clashes)
        registry.exporters, _ = _merge("exporter", [(p, o.exporters) for p, o in loaded], clashes)
        registry.packs = tuple(replace(p, notes=(*p.notes, *clashes[p.name])) for p, _ in loaded)
        registry.notes = tuple(notes)
        return registry

    @property
    def broken(self) -> Mapping[str, Pack]:
        """The packs that failed, by name; each has a ``problem`` and a ``traceback``."""
        return {pack.name: pack for pack in self.packs if pack.problem}

    @property
    def problems(self) -> tuple[str, ...]:
        """All findings, as sentences: failed packs, names claimed twice, blocks without effect."""
        said = [(pack.name, text) for pack in self.packs for text in (pack.problem, *pack.notes) if text]
        return (*(f"pack '{name}': {text}" for name, text in said), *self.notes)

    def find(self, use: str) -> LayerSpec | None:
        """The layer for ``pack/name`` (which means ``pack/name@1``) or ``pack/name@2`` in a file."""
        if found := self.layers.get(use.removesuffix("@1")):
            return found
        id, _, version = use.partition("@")
        later = self.layers.get(id)  # a version that migrates earlier settings
        return later if later and version.isdecimal() and 1 < int(version) <= later.version else None

    def missing(self, use: str) -> tuple[str, str]:
        """Why ``find`` has no such layer, and what to do about it: a message and a remedy."""
        if packs := self._claimed.get(use.removesuffix("@1")):
            return f"the layer '{use}' is claimed by {_both(packs)}", "block one: ZOO_BLOCK=NAME"
        id, _, version = use.partition("@")
        if versions := [spec.version for spec in self.layers.values() if spec.id == id]:
            names = ", ".join(map(str, versions))
            message = f"the layer '{id}' has no version {version or 1}, only {names}"
            return message, f"write {id}@{versions[-1]}, or install a version of its pack that has it"
        prefix, _, own = id.partition("/")
        message = f"there is no layer '{use}'"
        if not (prefix and own):
            same = [name for name in self.layers if name.partition("/")[2] == id]
            hint = f" (did you mean '{same[0]}'?)" if len(same) == 1 else did_you_mean(use, self.layers)
            if len(same) > 1:
                hint = f", but {' and '.join(same)}"
            return message + hint, "a layer is called PACK/NAME; zoo layers lists them all"
        for pack in self.packs:
            if pack.name == prefix and (pack.problem or pack.blocked):
                why = "is blocked" if pack.blocked else f"is broken: {pack.problem}"
                return f"{message}: the pack '{prefix}' {why}", "zoo packs shows more"
        hint = did_you_mean(use, self.layers)
        message += hint
        if hint or any(spec.id.startswith(f"{prefix}/") for spec in self.layers.values()):
            return message, "zoo layers lists them all"
        return message, f"install the pack that offers {prefix}/..., or name its folder in ZOO_PLUGINS"


def _merge(
    what: str, offers: Iterable[tuple[Pack, Mapping[str, V]]], clashes: Mapping[str, list[str]]
) -> tuple[Mapping[str, V], Mapping[str, Sequence[Pack]]]:
    """The offers with a unique name, and the packs that claim each other name."""
    values: dict[str, V] = {}
    owners: dict[str, list[Pack]] = defaultdict(list)
    for pack, offer in offers:
        for name, value in offer.items():
            values[name] = value
            owners[name].append(pack)
    claimed = {name: packs for name, packs in owners.items() if len(packs) > 1}
    for name, packs in claimed.items():
        del values[name]
        for pack in packs:
            clashes[pack.name].append(
                f"a name has one owner, and the {what} '{name}' is claimed by {_both(packs)}; block one"
            )
    return Offered(what, values), claimed


def _both(packs: Iterable[Pack]) -> str:
    return " and ".join(f"'{pack.name}' ({pack.origin})" for pack in packs)
