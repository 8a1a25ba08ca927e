"""Collecting all definitions that a set of classes depends on, under names that do not clash."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from zoo.compiler.names import Names, camel
from zoo.ejecting.globals import Globals
from zoo.ejecting.modules import Definition, External, Own, Sources, Target
from zoo.ejecting.writing import Writing

ALWAYS = (
    External("torch"),
    *(External("torch", name) for name in ("Tensor", "nn")),
    *(External("typing", name) for name in ("Any", "NamedTuple")),
    External("sys"),
)
"""Names that the classes of a program, ``build`` and ``main`` use."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Import lines, and the texts of definitions by module, each module after those it depends on."""

    imports: list[str]
    texts: Mapping[str, list[str]]


@dataclass
class Gathering:
    """Collects from the classes that a program uses; ``given`` holds their names in the program.

    ``program`` is the text of the program, whose names stay as they are.
    """

    sources: Sources
    given: Mapping[Target, str]
    program: str
    wanted: dict[Target, str] = field(default_factory=dict[Target, str])
    """Every target that is used, with the name under which it is used first."""
    _reads: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _attributes: set[str] = field(default_factory=set[str])
    _own: dict[Definition, set[str]] = field(default_factory=dict[Definition, set[str]])
    _bound: set[str] = field(default_factory=set[str])
    _foreign: set[Target] = field(default_factory=set[Target])
    """Targets that are used under another name than at home, where a local variable may shadow theirs."""

    def gather(self) -> Gathered:
        """Follow names until nothing new is found."""
        program = Globals()
        program.visit(ast.parse(self.program))
        self._attributes |= program.attributes | program.own
        self.wanted |= {**{each: each.name or each.module for each in ALWAYS}, **self.given}
        before, size = -1, 0
        while size != before:
            before = size
            for each in [*self._definitions()]:
                writing = Writing(each, self.sources, partial(self._want, each), self._is_read)
                writing.text()
                self._attributes |= writing.code.attributes
                self._own.setdefault(each, set()).update(writing.code.own)
                self._bound |= writing.code.bound
            size = len(self.wanted) + len(self._attributes) + sum(map(len, self._own.values()))
        names = self._names(
            each.name for each in ast.parse(self.program).body if isinstance(each, ast.ClassDef)
        )
        texts = {
            module: [
                Writing(each, self.sources, lambda target, _: names[target], self._is_read).text()
                for each in sorted(self._definitions(), key=self._line)
                if each.module == module
            ]
            for module in self._modules()
        }
        return Gathered(_imports(names), texts)

    def _want(self, reader: Definition, target: Target, spelled: str) -> str:
        if self.sources.resolve(reader.module, spelled) != target:
            self._foreign.add(target)
        if isinstance(target, Definition):
            self._reads.setdefault(reader.module, set()).add(target.module)
        return self.wanted.setdefault(target, spelled)

    def _is_read(self, cls: type, name: str) -> bool:
        """Whether a member of a class is used: of any object, or of ``self`` in a related class."""
        return name in self._attributes or any(
            name in found and _related(cls, getattr(sys.modules[each.module], each.name))
            for each, found in self._own.items()
        )

    def _definitions(self) -> Iterable[Definition]:
        return (each for each in self.wanted if isinstance(each, Definition))

    def _line(self, definition: Definition) -> int:
        return self.sources[definition.module].definitions[definition.name].lineno

    def _modules(self) -> list[str]:
        """The modules of all definitions, each after those it depends on."""
        found: dict[str, None] = {}
        seen: set[str] = set()

        def visit(module: str) -> None:
            if module not in seen:
                seen.add(module)
                for other in sorted(self._reads.get(module, ())):
                    visit(other)
                found[module] = None

        for module in sorted({each.module for each in self._definitions()}):
            visit(module)
        return [*found]

    def _names(self, reserved: Iterable[str]) -> dict[Target, str]:
        """A unique name for each target, its own if possible."""
        names = Names([*reserved, *self.given.values()])
        found: dict[Target, str] = {**self.given}
        order = sorted(self.wanted, key=lambda each: (isinstance(each, Definition), str(each)))
        for target in order:
            if target in found or isinstance(target, Own):
                continue
            spelled = self.wanted[target]
            leaf = target.module.rpartition(".")[2]
            longer = f"{camel(leaf)}{spelled}" if spelled[:1].isupper() else f"{leaf}_{spelled.lstrip('_')}"
            at_home = spelled not in self._bound or target not in self._foreign
            free = [wish for wish in (longer, f"{longer}_") if wish not in self._bound]
            found[target] = names.take(*([spelled] if at_home else []), *free)
        return found


def _related(a: type, b: object) -> bool:
    return isinstance(b, type) and (issubclass(a, b) or issubclass(b, a))


def _imports(names: Mapping[Target, str]) -> list[str]:
    """The import lines: the standard library first; ``import a`` before ``from a import b, c as d``."""
    parts: dict[str, list[str]] = {}
    whole: list[tuple[str, str]] = []
    for target, name in names.items():
        if isinstance(target, External) and target.name:
            text = target.name if target.name == name else f"{target.name} as {name}"
            parts.setdefault(target.module, []).append(text)
        elif isinstance(target, External):
            whole.append((target.module, "" if target.module == name else f" as {name}"))
    lines = [(module, f"import {module}{alias}") for module, alias in sorted(whole)]
    lines += [
        (module, f"from {module} import {', '.join(sorted(found))}")
        for module, found in sorted(parts.items())
    ]
    own = [line for module, line in lines if module.partition(".")[0] in sys.stdlib_module_names]
    others = [line for module, line in lines if module.partition(".")[0] not in sys.stdlib_module_names]
    return [*own, *([""] if own and others else []), *others]
