"""The generated program: its imports, its classes (each written once), and the node of each line."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.compiler.names import WORDS, Names, camel
from zoo.compiler.scans.single_cell import SingleCell
from zoo.compiler.text import WIDTH, comment, docstring
from zoo.problems import Place

OWN = "\0"
"""A placeholder for the name of a class in its own source, until the name is chosen."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of source, with the node (of the class's body) that it belongs to."""

    text: str
    node: str = ""


@dataclass(slots=True)
class Argument:
    """A parameter of a generated ``__init__``: the types that its uses pass, and its default as source."""

    name: str
    types: set[str]
    default: str | None = None

    def __str__(self) -> str:
        types = self.types - {"int"} if "float" in self.types else self.types
        annotation = " | ".join(sorted(types))
        return f"{self.name}: {annotation}" + ("" if self.default is None else f" = {self.default}")


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter of ``forward`` as callers see it; one with a ``default`` (None) may be omitted."""

    name: str
    default: bool = False
    variadic: bool = False


@dataclass(frozen=True, slots=True)
class Callee:
    """What a caller needs to know about a module: its inputs by port, in order, and the field of each output.

    An output without a field is the return value itself.
    """

    inputs: Mapping[str, Input]
    outputs: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Chosen:
    """The lowering that wrote the class of a scan, and the candidates before it, with reasons to decline."""

    lowering: str
    declined: Mapping[str, str]


@dataclass(slots=True)
class ModuleClass:
    """A generated ``nn.Module`` class: first a draft, then as it stands in the program.

    ``arguments`` are keyed by their name in the scope (``$dim``, ``dim``). Besides its inputs, the forward of
    a scan may take modules of enclosing bodies (``lent``, keyed by node and distance) and sizes of axes
    (``sizes``); both map to parameters. ``inner`` holds the classes of its nodes.
    """

    about: str
    callee: Callee
    arguments: dict[str, Argument]
    init: list[Line]
    signature: list[str]
    forward: list[Line]
    attributes: Mapping[str, str]
    places: Mapping[str, Place]
    note: str = ""
    lent: Mapping[tuple[str, int], str] = field(default_factory=dict[tuple[str, int], str])
    sizes: Mapping[str, str] = field(default_factory=dict[str, str])
    inner: Mapping[str, ModuleClass] = field(default_factory=dict[str, "ModuleClass"])
    name: str = ""
    chosen: Chosen | None = None
    """For a scan: how it was lowered."""
    single: SingleCell | str = ""
    """For a scan that is one kernel call: its cell, or why it is more than a single cell."""
    together: Mapping[str, str] = field(default_factory=dict[str, str])
    """For each of its scans that may be merged: with which others it was, and why not with which."""

    @property
    def fields(self) -> list[str]:
        """The fields of the tuple that forward returns; empty if it returns a tensor."""
        return [name for name in self.callee.outputs.values() if name is not None]

    def key(self) -> tuple[object, ...]:
        """A key that is equal for classes with the same source."""
        texts = (*(line.text for line in self.init), "", *(line.text for line in self.forward))
        arguments = tuple((name, each.name, each.default) for name, each in self.arguments.items())
        names = (self.callee.inputs, self.callee.outputs, self.lent, self.sizes, self.attributes)
        meanings = (tuple(mapping.items()) for mapping in names)
        said = (self.single, tuple(self.together.items()))
        return self.about, self.note, arguments, said, *self.signature, *meanings, *texts

    def lines(self) -> list[Line]:
        """The source of the class and of the NamedTuple that it returns."""
        lines: list[Line] = []
        if self.fields:
            lines.append(Line(f"class {self.name}Output(NamedTuple):"))
            lines += [Line(f'    """The outputs of ``{self.name}``."""'), Line("")]
            lines += [Line(f"    {name}: Tensor") for name in self.fields]
            lines += [Line(""), Line("")]
        lines.append(Line(f"class {self.name}(nn.Module):" + (f"  {self.note}" if self.note else "")))
        lines += [*map(Line, docstring(self.about, 4)), Line("")]
        given = ["*", *map(str, self.arguments.values())] if self.arguments else []
        lines += map(Line, define("__init__", ["self", *given], "None"))
        lines += [Line("        super().__init__()"), *self.init, Line("")]
        result = f"{self.name}Output" if self.fields else "Tensor"
        lines += map(Line, define("forward", ["self", *self.signature], result))
        lines += self.forward
        return [Line(line.text.replace(OWN, self.name), line.node) for line in lines]


def define(name: str, parameters: list[str], result: str, indent: int = 4) -> list[str]:
    """The ``def`` line of a method or function, wrapped if necessary."""
    pad = " " * indent
    line = f"{pad}def {name}({', '.join(parameters)}) -> {result}:"
    if len(line) <= WIDTH:
        return [line]
    inner = f"{pad}    {', '.join(parameters)}"
    inside = [inner] if len(inner) <= WIDTH else [f"{pad}    {parameter}," for parameter in parameters]
    return [f"{pad}def {name}(", *inside, f"{pad}) -> {result}:"]


class Program:
    """The classes of a program in the order of their definition.

    ``layers`` are the classes of the layers, each with its pack; ``words`` are the names in the document,
    which no generated class may take.
    """

    def __init__(self, title: str, layers: Mapping[type[Any], str], words: Iterable[str]) -> None:
        self.title = title
        self.names = Names((*WORDS, *words))
        self.layers: dict[type[Any], str] = {}
        for cls, pack in layers.items():
            self.layers[cls] = self.names.take(cls.__name__, f"{camel(pack)}{cls.__name__}")
        self.reserved = frozenset({*WORDS, *self.layers.values()})
        """Names that no variable may take."""
        self.helpers: dict[tuple[str, str], str] = {}
        self.classes: list[ModuleClass] = []
        self._known: dict[tuple[object, ...], ModuleClass] = {}

    def add(self, draft: ModuleClass, *wishes: str) -> ModuleClass:
        """Add a draft under the first wished name that is free; an equal class is returned instead."""
        key = (wishes[0], *draft.key())
        known = self._known.get(key)
        if known is None:
            draft.name = self._name(wishes, bool(draft.fields))
            self._known[key] = draft
            self.classes.append(draft)
            return draft
        for name, argument in draft.arguments.items():
            known.arguments[name].types |= argument.types
        return known

    def _name(self, wishes: tuple[str, ...], has_output: bool) -> str:
        numbered = (f"{wishes[0]}{count}" for count in range(2, len(self.classes) + 3))
        for name in (*wishes, *numbered):
            if name not in self.names and not (has_output and f"{name}Output" in self.names):
                self.names.take(name)
                if has_output:
                    self.names.take(f"{name}Output")
                return name
        return self.names.take(wishes[0])

    def helper(self, module: str, name: str) -> str:
        """Import a helper function into the program; returns its name there."""
        if (module, name) not in self.helpers:
            self.helpers[module, name] = self.names.take(name)
            self.reserved |= {self.helpers[module, name]}
        return self.helpers[module, name]

    def hidden(self) -> dict[str, type[Any]]:
        """Layer classes that no import finds (defined in a function, say), by their name in the program."""
        return {name: cls for cls, name in self.layers.items() if not _importable(cls)}

    def lines(self) -> list[Line]:
        """The whole source."""
        lines = [*map(Line, docstring(self.title, 0)), Line("")]
        if any(each.fields for each in self.classes):
            lines += [Line("from typing import NamedTuple"), Line("")]
        body = [line for each in self.classes for line in (Line(""), Line(""), *each.lines())]
        if any("torch." in line.text for line in body):
            lines.append(Line("import torch"))
        lines += [Line("from torch import Tensor, nn"), Line("")]
        lines += map(Line, self._imports())
        return lines + body

    def _imports(self) -> list[str]:
        modules: dict[str, list[str]] = {}
        layers = {
            (cls.__module__, cls.__name__): name for cls, name in self.layers.items() if _importable(cls)
        }
        for (module, own), name in {**layers, **self.helpers}.items():
            modules.setdefault(module, []).append(own if name == own else f"{own} as {name}")
        lines: list[str] = []
        for module, names in sorted(modules.items()):
            line = f"from {module} import {', '.join(sorted(names))}"
            wrapped = [f"from {module} import (", *(f"    {name}," for name in sorted(names)), ")"]
            lines += [line] if len(line) <= WIDTH else wrapped
        for name, cls in self.hidden().items():
            lines.append(comment(f"{name} is {cls.__module__}.{cls.__qualname__}, which no import finds"))
        return lines


def _importable(cls: type[Any]) -> bool:
    return getattr(sys.modules.get(cls.__module__), cls.__qualname__, None) is cls
