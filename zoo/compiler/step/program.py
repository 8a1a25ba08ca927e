"""The generated program of a stream: a class for the graph, and for each block and scan with a state."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.compiler.names import WORDS, Names
from zoo.compiler.program import OWN, Line, define
from zoo.compiler.text import docstring
from zoo.spec import LayerSpec

GIVEN = {"batch": "int", "device": "torch.device", "dtype": "torch.dtype"}
"""The parameters of every ``initial_state``."""


@dataclass(frozen=True, slots=True)
class Stack:
    """The states of a repeat: one per layer."""

    each: tuple[Kept, ...]


Kept: TypeAlias = "LayerSpec | StepClass | Stack | None"
"""The content of a field of a state: the state of a layer, class or repeat, or (None) a tensor."""


@dataclass(slots=True)
class StepClass:
    """A generated class of a stream: first a draft, then as it stands in the program.

    ``whole`` and ``pieces`` are the parameters of ``initial_state`` and ``step`` by input; those in
    ``optional`` may be None. ``sizes`` are the parameters of ``initial_state`` for axes. ``outputs`` are the
    body's, in order; ``state`` is the content of each field of the state. ``lent`` are the parameters of
    ``__init__`` for modules of enclosing bodies (by node and distance). ``head`` stands before the class,
    ``more`` at its end.
    """

    about: str
    whole: Mapping[str, str]
    pieces: Mapping[str, str]
    optional: frozenset[str]
    outputs: tuple[str, ...]
    state: Mapping[str, Kept]
    init: list[Line]
    begin: list[Line]
    go: list[Line]
    note: str = ""
    lent: Mapping[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    sizes: Mapping[str, str] = field(default_factory=dict[str, str])
    head: list[Line] = field(default_factory=list[Line])
    more: list[Line] = field(default_factory=list[Line])
    name: str = ""

    def key(self) -> tuple[object, ...]:
        """A key that is equal for classes with the same source."""
        parts = (self.init, self.begin, self.go, self.head, self.more)
        texts = tuple(tuple(line.text for line in lines) for lines in parts)
        names = (self.whole, self.pieces, self.lent, self.sizes)
        kept = tuple((name, _key(each)) for name, each in self.state.items())
        return self.about, self.note, kept, self.outputs, *(tuple(each.items()) for each in names), *texts

    def lines(self) -> list[Line]:
        """The source of the class and of its state."""
        lines = [*self.head, Line(f"class {OWN}State(NamedTuple):")]
        lines += [Line(f"    {name}: Any") for name in self.state] or [Line("    pass")]
        mark = f"  {self.note}" if self.note else ""
        lines += [Line(""), Line(""), Line(f"class {OWN}:{mark}"), *map(Line, docstring(self.about, 4))]
        lent = [f"{name}: nn.Module" for name in self.lent.values()]
        lines += [Line(""), *map(Line, define("__init__", ["self", "module: nn.Module", *lent], "None"))]
        lines += self.init or [Line("        pass")]
        given = [f"{name}: {type_}" for name, type_ in GIVEN.items()]
        sizes = [f"{name}: int" for name in self.sizes.values()]
        begin = ["self", *given, *sizes, *self._parameters(self.whole)]
        lines += [Line(""), *map(Line, define("initial_state", begin, f"{OWN}State")), *self.begin]
        go = ["self", f"state: {OWN}State", *self._parameters(self.pieces)]
        lines += [Line(""), *map(Line, define("step", go, f"tuple[Any, {OWN}State]")), *self.go, *self.more]
        return [Line(line.text.replace(OWN, self.name), line.node) for line in lines]

    def _parameters(self, names: Mapping[str, str]) -> list[str]:
        needed = [f"{text}: Tensor" for name, text in names.items() if name not in self.optional]
        maybe = [f"{text}: Tensor | None = None" for name, text in names.items() if name in self.optional]
        return [*needed, *maybe]


def _key(kept: Kept) -> object:
    if isinstance(kept, Stack):
        return tuple(map(_key, kept.each))
    return kept.id if isinstance(kept, LayerSpec) else kept and kept.name


class StepProgram:
    """The classes in the order of their definition; ``words`` are the names in the document."""

    def __init__(self, title: str, words: Iterable[str]) -> None:
        self.title = title
        self.names = Names((*WORDS, "Any", *words))
        self.classes: list[StepClass] = []
        self.helpers: Mapping[tuple[str, str], str] = {}
        """The helper functions: module and name, mapped to their name in the source."""
        self._known: dict[tuple[object, ...], StepClass] = {}

    def add(self, draft: StepClass, *wishes: str) -> StepClass:
        """Add a draft under the first free of the wished names, unless there is an equal class already."""
        key = (wishes[0], *draft.key())
        if key not in self._known:
            draft.name = self.names.take(*wishes)
            for word in ("State", "Output"):
                self.names.take(f"{draft.name}{word}")
            self._known[key] = draft
            self.classes.append(draft)
        return self._known[key]

    def lines(self) -> list[Line]:
        """The whole source."""
        head = ["from typing import Any, NamedTuple", "", "import torch", "from torch import Tensor, nn"]
        lines = [*map(Line, docstring(self.title, 0)), Line(""), *map(Line, head)]
        lines += [Line("")] if self.helpers else []
        for (module, own), name in sorted(self.helpers.items()):
            lines.append(Line(f"from {module} import {own}{'' if own == name else f' as {name}'}"))
        return lines + [line for each in self.classes for line in (Line(""), Line(""), *each.lines())]
