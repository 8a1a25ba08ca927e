"""Finding packs, and loading each of them guarded.

pluggy's entry-point loader stops at the first pack that fails, and silently skips a second distribution of
the same name. Therefore this module has its own loop: a pack that raises, exits or returns invalid offers is
recorded with its traceback, and all others are loaded. Only Ctrl-C is not caught. A blocked pack is not
imported at all.
"""

from __future__ import annotations

import gc
import importlib.util
import os
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType

import pluggy

from zoo.errors import PackError, ZooError, did_you_mean
from zoo.packs.catalogue import Registry
from zoo.packs.offers import Offer, Pack, ask

GROUP = "zoo"
_OWN = Path(__file__).parents[1]
_MACHINERY = (
    "<frozen ",
    *(f"{Path(each)}{os.sep}" for each in (_OWN, *pluggy.__path__, *importlib.__path__)),
)
"""The folders of files that occur in every traceback, independently of the pack."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A pack that was found but is not imported yet; a ``bare`` one is a file, which needs no hook."""

    pack: Pack
    load: Callable[[], object]
    bare: bool = False


@contextmanager
def _without_collecting() -> Generator[None]:
    """Context manager: pause the garbage collector, which takes a sixth of the time of importing torch."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@_without_collecting()
def load_packs(
    *, plugins: Iterable[str | os.PathLike[str]] | None = None, block: Iterable[str] | None = None
) -> Registry:
    """Load the installed packs and those in the folders ``plugins``, but not those that ``block`` names.

    By default, they are those in ZOO_PLUGINS and ZOO_BLOCK. Errors in a pack are recorded, not raised.
    """
    folders = [*(_split("ZOO_PLUGINS", os.pathsep) if plugins is None else plugins)]
    blocked = [*(_split("ZOO_BLOCK", ",") if block is None else block)]
    in_folders = (each for folder in dict.fromkeys(map(Path, folders)) for each in _in_folder(folder))
    candidates = [*_told_apart([*_installed(), *in_folders])]
    loaded = [_load(each, {_plain(name) for name in blocked}) for each in candidates]
    known = {name for each in candidates for name in _names(each.pack)}
    notes = [
        f"ZOO_BLOCK names packs or distributions, and '{name}' is neither{did_you_mean(name, known)}; mend it"
        for name in blocked
        if _plain(name) not in known
    ]
    return Registry.collect(loaded, notes)


def _split(variable: str, separator: str) -> list[str]:
    return [part.strip() for part in os.environ.get(variable, "").split(separator) if part.strip()]


def _installed() -> Iterator[Candidate]:
    import importlib.metadata  # takes 20 ms, and most users of this module load no packs

    for point in sorted(
        importlib.metadata.entry_points(group=GROUP), key=lambda point: (point.name, point.value)
    ):
        name, version = (point.dist.name, point.dist.version) if point.dist else ("", "")
        pack = Pack(name=point.name, module=point.value, distribution=name, version=version)
        yield Candidate(pack, point.load)


def _told_apart(found: Collection[Candidate]) -> Iterator[Candidate]:
    """Rename packs that have the same name, with a note that lists all of them."""
    count = Counter(each.pack.name for each in found)
    for each in found:
        name = each.pack.name
        if count[name] == 1:
            yield each
            continue
        origins = " and ".join(other.pack.origin for other in found if other.pack.name == name)
        note = f"a name names one pack, and '{name}' comes from {origins}; rename, uninstall or block one"
        unique = f"{name} ({each.pack.distribution or each.pack.module})"
        yield replace(each, pack=replace(each.pack, name=unique, notes=(note,)))


def _in_folder(folder: Path) -> Iterator[Candidate]:
    if not folder.is_dir():
        yield Candidate(Pack(name=folder.name, module=str(folder)), partial(_no_folder, folder))
        return
    for file in sorted(folder.glob("*.py")):
        if not file.name.startswith("_"):
            pack = Pack(name=file.stem, module=str(file))
            yield Candidate(pack, partial(_import_file, file.resolve()), bare=True)


def _no_folder(folder: Path) -> object:
    raise PackError(
        f"packs are to lie in {folder}, and there is no such folder; mend --plugins or ZOO_PLUGINS"
    )


def _import_file(file: Path) -> ModuleType:
    """Import a single-file pack under a unique module name, so that its layers can be pickled."""
    name = base = f"zoo_plugin_{file.stem}"
    twin = 1
    while name in sys.modules and sys.modules[name].__file__ != str(file):
        twin += 1
        name = f"{base}_{twin}"
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None  # every .py file has a loader
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _load(candidate: Candidate, blocked: Collection[str]) -> tuple[Pack, Offer]:
    pack = candidate.pack
    if not _names(pack).isdisjoint(blocked):
        return replace(pack, blocked=True), Offer()
    had_torch = "torch" in sys.modules
    start = time.perf_counter()
    offer, problem, trace = Offer(), "", ""
    try:
        offer = ask(candidate.load(), pack.name, bare=candidate.bare)
    except PackError as error:
        problem = str(error)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # third-party code may raise anything
        problem = _sentence(error)
        trace = "".join(traceback.format_exception(error))
    pack = replace(
        pack,
        seconds=time.perf_counter() - start,
        imported_torch=not had_torch and "torch" in sys.modules,
        layers=tuple(offer.layers),
        graphs=tuple(offer.graphs),
        tasks=tuple(offer.tasks),
        exporters=tuple(offer.exporters),
        problem=problem,
        traceback=trace,
    )
    return pack, offer


def _sentence(error: BaseException) -> str:
    """``ImportError: No module named 'x' (cells.py:3)``: the exception, and the line of the pack."""
    what = str(error) if isinstance(error, ZooError) else f"{type(error).__name__}: {error}"
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [frame for frame in frames if not frame.filename.startswith(_MACHINERY)]
    return f"{what} ({theirs[-1].filename}:{theirs[-1].lineno})" if theirs else what


def _names(pack: Pack) -> set[str]:
    """The names by which a pack can be blocked."""
    names = (pack.name, pack.name.partition(" (")[0], pack.distribution, pack.module)
    return {_plain(name) for name in names if name}


def _plain(name: str) -> str:
    """A name as normalised by package indexes."""
    return name.lower().replace("-", "_")
