"""The exception hierarchy of the library.

    ZooError
    ├── FileError           a graph file cannot be read or written
    ├── GraphError          a graph has problems (``.problems`` holds all of them, not just the first)
    ├── EditError           an edit does not fit the graph it is applied to
    ├── LayerError          a layer class breaks the layer contract
    ├── PackError           a pack cannot be loaded, or two packs claim one name
    ├── SizeError           a size expression does not parse or has no value
    ├── ArgumentError       a public function got an invalid argument (also a ``TypeError``)
    ├── InputError          a compiled model got inputs that do not fit (also a ``TypeError``)
    ├── TrainingError       a training run cannot start or continue
    │   └── ChoiceError     an option of the run does not fit (``.faults`` maps options to what is wrong)
    ├── CheckpointError     a checkpoint cannot be read or written
    ├── ExportError         a model cannot be exported
    ├── EjectError          a graph cannot be written as a standalone file
    ├── ImportingError      a file or a module cannot become a graph
    └── ExamError           a layer failed its examination (in ``zoo.testing``)

A message states what must hold, what was found instead, and the remedy. The code that detects an error raises
it; callers that know the node, file and line add them.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoo.problems import Problem


class ZooError(Exception):
    """The base class: ``except ZooError`` catches every error that a user can correct."""


class FileError(ZooError):
    """A graph file cannot be read or written."""


class GraphError(ZooError):
    """A graph has problems; ``problems`` holds all of them, in file order."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type[GraphError], tuple[tuple[Problem, ...]]]:
        return type(self), (self.problems,)


class EditError(ZooError):
    """An edit does not fit the graph it is applied to; the graph is unchanged."""


class LayerError(ZooError):
    """A layer class breaks the layer contract."""


class PackError(ZooError):
    """A pack cannot be loaded, or two packs claim one name."""


class SizeError(ZooError):
    """A size expression does not parse or has no value."""


class ArgumentError(ZooError, TypeError):
    """A public function got an invalid argument; see ``zoo.arguments``."""


class InputError(ZooError, TypeError):
    """A compiled model was called with inputs that do not fit its graph."""


class TrainingError(ZooError):
    """A training run cannot start or continue, because of its data, its graph's ports or its loss."""


class ChoiceError(TrainingError):
    """An option of a training run does not fit; ``faults`` maps each bad option to what is wrong with it.

    Options are named as in ``zoo.training``: ``task``, ``batch``, ``settings.level``, ``params.layers``.
    """

    def __init__(self, faults: Mapping[str, str]) -> None:
        self.faults = dict(faults)
        super().__init__("; ".join(self.faults.values()))

    def __reduce__(self) -> tuple[type[ChoiceError], tuple[dict[str, str]]]:
        return type(self), (self.faults,)


class CheckpointError(ZooError):
    """A checkpoint cannot be read or written."""


class ExportError(ZooError):
    """A model cannot be exported, because of a layer, the file's name or a library."""


class EjectError(ZooError):
    """A graph cannot become a standalone file: a layer's source is unavailable or needs this library."""


class ImportingError(ZooError):
    """A file or module cannot become a graph: its format or one of its operations is not supported."""


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """`` (did you mean 'hidden'?)`` when a candidate is close to ``word``, else an empty string."""
    close = difflib.get_close_matches(word, list(candidates), n=1, cutoff=0.6)
    return f" (did you mean '{close[0]}'?)" if close else ""


def came(value: object) -> str:
    """A noun phrase for a value of the wrong type: ``None``, ``a list``, ``an int``, ``the class Linear``."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    name = type(value).__name__
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name}"


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun in the singular or plural: ``1 axis``, ``2 axes``."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
