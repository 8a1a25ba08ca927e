"""Shared by commands: resolving the graph of a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from zoo.errors import GraphError

if TYPE_CHECKING:
    from zoo.checker.resolution import Resolution
    from zoo.graph import Graph
    from zoo.values import Scalar


def is_trained(file: str) -> bool:
    """Whether this is a folder, as of a run of `zoo train`, or a checkpoint in one."""
    return Path(file).is_dir() or Path(file).suffix == ".safetensors"


def trained_graph(path: str) -> tuple[Graph, dict[str, Scalar]]:
    """The graph of a run or checkpoint, and the params that it was trained with."""
    from zoo.files.texts import graph_of
    from zoo.training.checkpoint import read_checkpoint

    saved = read_checkpoint(path)
    return graph_of(saved.document, saved.name), saved.header.params


def resolved(file: str, params: Mapping[str, Scalar]) -> Resolution:
    """The resolved graph of a file, or of a run of `zoo train` with the params that it was trained with.

    Raises GraphError with all its problems if one is an error.
    """
    from zoo.checker import resolve
    from zoo.files import load

    graph, own = trained_graph(file) if is_trained(file) else (load(file), {})
    resolution = resolve(graph, params={**own, **params})
    if not resolution.ok:
        raise GraphError([problem for problem in resolution.problems if problem.severity == "error"])
    return resolution
