"""The provenance of a checkpoint: the graph's hash, versions, and the commands that produced it."""

from __future__ import annotations

import platform
import shlex
import sys
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from zoo.files import semantic_hash
from zoo.files.loading import uses
from zoo.graph import Graph
from zoo.packs import registry

LIBRARIES = ("layerzoo", "torch", "lightning", "safetensors", "tokenizers")


class Resumption(BaseModel):
    """One resumption of a run."""

    model_config = ConfigDict(extra="forbid")

    step: int
    """The step from which the run was resumed."""
    command: str
    versions: dict[str, str]


class Provenance(BaseModel):
    """What is needed to reproduce a checkpoint."""

    model_config = ConfigDict(extra="forbid")

    graph: str = ""
    """The semantic hash of the graph, which ignores layout and comments."""
    versions: dict[str, str] = {}
    """Versions of Python, of the libraries, and of the distributions that the graph's layers come from."""
    command: str = ""
    resumed: tuple[Resumption, ...] = ()

    @property
    def said(self) -> str:
        """The versions, for a message."""
        return ", ".join(f"{name} {version}" for name, version in self.versions.items()) or "others"

    def going_on(self, graph: Graph, step: int) -> Provenance:
        """The provenance once this process has resumed the run at a step."""
        here = Resumption(step=step, command=command(), versions=versions(graph))
        return self.model_copy(update={"resumed": (*self.resumed, here)})


def provenance(graph: Graph) -> Provenance:
    """The provenance of a run of a graph that this process starts."""
    return Provenance(graph=semantic_hash(graph), versions=versions(graph), command=command())


def versions(graph: Graph) -> dict[str, str]:
    """The versions of Python, the libraries, and the distributions that the graph's layers come from."""
    used = _layers(graph)
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):  # characters do not need tokenizers
            found[name] = version(name)
    packs = (pack for pack in registry().packs if used & {*pack.layers})
    return found | {pack.distribution: pack.version for pack in packs if pack.distribution}


def _layers(graph: Graph) -> set[str]:
    """The layers that a graph and the files it uses refer to."""
    return {use for use, _, _ in uses(graph)}.union(*map(_layers, graph.files.values()))


def command() -> str:
    """The command line of this process, as one would type it."""
    program, *words = sys.argv
    return shlex.join(["zoo" if Path(program).name in {"zoo", "__main__.py"} else program, *words])
