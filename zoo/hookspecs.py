"""The four hooks of a pack, which is a module named by an entry point of the group ``zoo``:

    [project.entry-points.zoo]
    acme = "zoo_acme"

A pack implements the hooks that it needs:

    @zoo.hookimpl
    def zoo_layers():
        return [MyCell, MyAttention]
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from torch import nn

    from zoo.tasks import Task

hookspec = pluggy.HookspecMarker("zoo")
hookimpl = pluggy.HookimplMarker("zoo")
"""Marks a function of a pack as its implementation of the hook of the same name."""


@hookspec
def zoo_layers() -> Iterable[type[nn.Module]]:
    """Layers: ``nn.Module`` classes decorated with ``@zoo.layer("pack/name")``; the id must be unique."""
    raise NotImplementedError


@hookspec
def zoo_graphs() -> str | os.PathLike[str] | Iterable[str | os.PathLike[str]]:
    """Graphs: paths of YAML files or of folders of them; ``gpt.yaml`` is offered as ``gpt``."""
    raise NotImplementedError


@hookspec
def zoo_tasks() -> Mapping[str, type[Task]]:
    """Tasks by name: classes of ``zoo.tasks.Task``, with data, a loss, and the ports they feed and read."""
    raise NotImplementedError


@hookspec
def zoo_exporters() -> Mapping[str, Callable[..., Any]]:
    """Exporters by name: callables that take a compiled graph and a path, and write the model there."""
    raise NotImplementedError
