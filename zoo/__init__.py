"""layerzoo: neural sequence layers, wired into graphs that compile to PyTorch.

    graph = zoo.load("transformer.yaml")     # an immutable Graph
    model = graph.compile(device="cuda")     # an ordinary nn.Module

Importing ``zoo`` loads neither torch nor Qt nor Lightning: each name below imports its module on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo import errors as errors
    from zoo.checker import check as check
    from zoo.contract import layer as layer
    from zoo.exporting import export as export
    from zoo.files import load as load
    from zoo.files import loads as loads
    from zoo.files import save as save
    from zoo.graph import Graph as Graph
    from zoo.hookspecs import hookimpl as hookimpl
    from zoo.packs import registry as registry
    from zoo.problems import Problem as Problem

__version__ = "0.1.0"

_HOME = {
    "Graph": "zoo.graph",
    "Problem": "zoo.problems",
    "check": "zoo.checker",
    "export": "zoo.exporting",
    "hookimpl": "zoo.hookspecs",
    "layer": "zoo.contract",
    "load": "zoo.files",
    "loads": "zoo.files",
    "registry": "zoo.packs",
    "save": "zoo.files",
}

__all__ = [
    "Graph",
    "Problem",
    "check",
    "errors",
    "export",
    "hookimpl",
    "layer",
    "load",
    "loads",
    "registry",
    "save",
]


def __getattr__(name: str) -> Any:
    if name == "errors":
        return import_module("zoo.errors")
    if name not in _HOME:
        raise AttributeError(f"module 'zoo' has no attribute '{name}'")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
