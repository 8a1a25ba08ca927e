"""Packs, which offer layers, graphs, tasks and exporters, and the registry of everything they offer.

    registry = zoo.registry()
    registry.find("recurrent/lstm_cell").inputs["x"].shape
    registry.graphs["gpt"]                       # the path of a library graph
    registry.broken                              # the packs that failed, with their tracebacks

Packs are found by the entry points of the group ``zoo``. Each is loaded separately, guarded and timed: a
failing pack offers nothing, does not affect others, and is reported. Environment variables:

    ZOO_PLUGINS   folders of single-file packs (``*.py``, but not ``_*.py``), separated as in PATH
    ZOO_BLOCK     packs that must not even be imported, by name or by distribution, separated by commas

    offers.py     the offers of one pack, obtained from its hooks and validated
    loading.py    finding packs, and loading each of them guarded
    catalogue.py  the registry: all offers together, without conflicting ones
"""

from __future__ import annotations

import threading
from pathlib import Path

from zoo.errors import FileError, did_you_mean
from zoo.packs.catalogue import Registry
from zoo.packs.loading import load_packs
from zoo.packs.offers import Pack

__all__ = ["Pack", "Registry", "install", "load_packs", "locate", "registry"]

_lock = threading.RLock()
_current: Registry | None = None


def registry() -> Registry:
    """The registry of this process: the installed packs, loaded at the first call."""
    global _current  # noqa: PLW0603  # the one registry of the process
    if _current is None:
        with _lock:
            if _current is None:
                _current = load_packs()
    return _current


def locate(file: str) -> Path:
    """The path of a graph, given as a path or as the name of a library graph; raises FileError otherwise.

    A string with a suffix or a separator is taken as a path, even if it does not exist, without loading
    packs.
    """
    path = Path(file)
    if path.suffix or len(path.parts) > 1 or path.is_file():
        return path
    graphs = registry().graphs
    if file in graphs:
        return graphs[file]
    raise FileError(
        f"a graph is a file or one of the library, and '{file}' is neither{did_you_mean(file, graphs)}; "
        "zoo graphs lists the library"
    )


def install(new: Registry | None) -> Registry | None:
    """Make ``new`` the registry of this process (None: load it again on demand); returns the old one."""
    global _current
    with _lock:
        old, _current = _current, new
    return old
