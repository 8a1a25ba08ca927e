"""The offers of one pack: calls its hooks, and validates their results."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias, cast

import pluggy

from zoo import hookspecs
from zoo.errors import PackError, did_you_mean
from zoo.spec import LayerSpec

HOOKS = tuple(name for name in vars(hookspecs) if name.startswith("zoo_"))
GRAPH_FILES = (".yaml", ".yml")

Tool: TypeAlias = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A pack: its origin, its offers, how long it took to load, and what is wrong with it.

    If it failed, ``problem`` is a sentence, and ``traceback`` has the details (empty if they add nothing); it
    then offers nothing. ``notes`` are findings that do not prevent its use.
    """

    name: str
    module: str
    distribution: str = ""
    version: str = ""
    seconds: float = 0.0
    imported_torch: bool = False  # if so, most of its loading time is torch's
    layers: tuple[str, ...] = ()
    graphs: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    blocked: bool = False
    problem: str = ""
    traceback: str = ""
    notes: tuple[str, ...] = ()

    @property
    def origin(self) -> str:
        """Its origin as shown to users: ``layerzoo 0.1.0``, or the path of a file."""
        return f"{self.distribution} {self.version}".strip() or self.module


@dataclass(frozen=True, slots=True)
class Offer:
    """The offers of a loaded pack, by name; layers by the name that files use."""

    layers: Mapping[str, LayerSpec] = field(default_factory=dict[str, LayerSpec])
    graphs: Mapping[str, Path] = field(default_factory=dict[str, Path])
    tasks: Mapping[str, Tool] = field(default_factory=dict[str, Tool])
    exporters: Mapping[str, Tool] = field(default_factory=dict[str, Tool])


def ask(plugin: object, pack: str, *, bare: bool = False) -> Offer:
    """Call the hooks of a pack and validate their results; raises PackError if they are invalid.

    A ``bare`` plugin is a file that needs no hook: without one, it offers the layers that it defines.
    """
    manager = pluggy.PluginManager("zoo")
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    implemented = {caller.name for caller in manager.get_hookcallers(plugin) or ()}
    _check_hooks(plugin, implemented)
    layers = _listed(manager, "zoo_layers")
    if not implemented:
        layers = list(_defined_layers(plugin)) if bare else []
        if not layers:
            raise PackError(
                "a pack offers something, and this has neither hook nor layer; "
                f"put @zoo.hookimpl above a function {', '.join(HOOKS[:-1])} or {HOOKS[-1]}"
            )
    return Offer(
        layers=_layers(layers, pack),
        graphs=_graphs(_listed(manager, "zoo_graphs")),
        tasks=_named(manager, "zoo_tasks"),
        exporters=_named(manager, "zoo_exporters"),
    )


def use_name(spec: LayerSpec) -> str:
    """The name of a layer in files: ``pack/name``, or ``pack/name@2`` for version 2 unless it migrates."""
    return spec.id if spec.version == 1 or spec.migrate else f"{spec.id}@{spec.version}"


def spec_of(layer: object) -> LayerSpec | None:
    """The spec of a class decorated with ``@zoo.layer`` (a subclass of such a class is not a layer)."""
    found = vars(layer).get("__zoo_spec__") if isinstance(layer, type) else None
    return found if isinstance(found, LayerSpec) else None


def _check_hooks(plugin: object, implemented: set[str]) -> None:
    for name in sorted(implemented):
        if name not in HOOKS:
            hooks = ", ".join(HOOKS)
            raise PackError(f"there is no hook '{name}'{did_you_mean(name, HOOKS)}; the hooks are {hooks}")
    for name in HOOKS:
        if name not in implemented and callable(getattr(plugin, name, None)):
            raise PackError(
                f"nobody calls its function {name}, which is not marked; put @zoo.hookimpl above it"
            )


def _defined_layers(plugin: object) -> Iterator[object]:
    if isinstance(plugin, ModuleType):
        for value in vars(plugin).values():
            if spec_of(value) and value.__module__ == plugin.__name__:
                yield value


def _listed(manager: pluggy.PluginManager, hook: str) -> list[object]:
    """The items of a hook's result; none if the pack does not implement it."""
    items: list[object] = []
    for result in cast("list[object]", getattr(manager.hook, hook)()):
        if hook == "zoo_graphs" and isinstance(result, str | os.PathLike):
            items.append(cast("object", result))
            continue
        if not isinstance(result, Iterable) or isinstance(result, str | bytes | Mapping):
            raise PackError(f"{hook} returns a list, and here it returned {_short(cast('object', result))}")
        items += cast("Iterable[object]", result)
    return items


def _named(manager: pluggy.PluginManager, hook: str) -> dict[str, Tool]:
    """The entries of a hook's result; none if the pack does not implement it."""
    named: dict[str, Tool] = {}
    for result in cast("list[object]", getattr(manager.hook, hook)()):
        if not isinstance(result, Mapping):
            raise PackError(
                f"{hook} returns a dict by name, and here it returned {_short(result)}; return {{...}}"
            )
        for name, tool in cast("Mapping[object, object]", result).items():
            if not isinstance(name, str) or not callable(tool):
                entry = f"{_short(name)}: {_short(tool)}"
                raise PackError(f"{hook} returns names with callables, and here {entry}; mend this entry")
            named[name] = tool
    return named


def _layers(classes: Iterable[object], pack: str) -> dict[str, LayerSpec]:
    layers: dict[str, LayerSpec] = {}
    for cls in classes:
        spec = spec_of(cls)
        if spec is None:
            raise PackError(
                f"zoo_layers returns layers, and {_short(cls)} is not one; "
                'put @zoo.layer("pack/name") above its class'
            )
        if (use := use_name(spec)) in layers:
            both = f"{_short(layers[use].cls)} and {_short(spec.cls)}"
            raise PackError(
                f"an id names one layer, and '{use}' names {both}; rename one, or set its version"
            )
        layers[use] = replace(spec, pack=pack)
    return layers


def _graphs(paths: Iterable[object]) -> dict[str, Path]:
    graphs: dict[str, Path] = {}
    for item in paths:
        if not isinstance(item, str | os.PathLike):
            raise PackError(f"zoo_graphs returns paths, and {_short(item)} is not one; name files or folders")
        path = Path(cast("str | os.PathLike[str]", item))
        if not path.exists():
            raise PackError(f"zoo_graphs returns paths, and nothing is at {path}; is it in the wheel?")
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix not in GRAPH_FILES:
                continue
            if file.stem in graphs:
                raise PackError(
                    f"a name names one graph, and {graphs[file.stem]} and {file} share it; rename one"
                )
            graphs[file.stem] = file
    return graphs


def _short(value: object) -> str:
    text = f"{value.__module__}.{value.__qualname__}" if isinstance(value, type) else repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
