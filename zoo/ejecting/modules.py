"""Python modules as text: what their names stand for, and where it is defined."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import ModuleType
from typing import TypeAlias

from zoo.errors import EjectError


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """A function, class or constant of a module that is written out."""

    module: str
    name: str


@dataclass(frozen=True, slots=True, order=True)
class External:
    """What stays an import: a module, or a ``name`` of it."""

    module: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """A module that is written out; what is read of it are its definitions."""

    module: str


Target: TypeAlias = Definition | External | Own

Statement: TypeAlias = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


@dataclass(frozen=True)
class Source:
    """A module's text, as bytes because ``ast`` counts columns in them."""

    name: str
    text: bytes

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text)

    @cached_property
    def lines(self) -> list[bytes]:
        return self.text.splitlines(keepends=True)

    @cached_property
    def starts(self) -> list[int]:
        """Where each line begins."""
        starts = [0]
        for line in self.lines:
            starts.append(starts[-1] + len(line))
        return starts

    def at(self, line: int, column: int) -> int:
        """The place of a line (from 1) and column in the text."""
        return self.starts[line - 1] + column

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Where a node begins and ends."""
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)

    @cached_property
    def definitions(self) -> Mapping[str, Statement]:
        """What each name of the module is bound by; by the last, where several bind it."""
        found: dict[str, Statement] = {}
        for node in _statements(self.tree.body):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found[node.name] = node
            elif isinstance(node, ast.Assign):
                found |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node
        return found

    @cached_property
    def imports(self) -> Mapping[str, External]:
        """What each imported name stands for."""
        found: dict[str, External] = {}
        for node in _statements(self.tree.body):
            if isinstance(node, ast.ImportFrom):
                module = _absolute(self.name, node)
                found |= {each.asname or each.name: External(module, each.name) for each in node.names}
            elif isinstance(node, ast.Import):
                for each in node.names:
                    name = each.asname or each.name.partition(".")[0]
                    found[name] = External(each.name if each.asname else name)
        return found

    @cached_property
    def title(self) -> str:
        """The first line of its docstring."""
        return (ast.get_docstring(self.tree) or self.name).partition("\n")[0]


@dataclass
class Sources:
    """The modules that are written out: those of ``packages``."""

    packages: frozenset[str]
    _known: dict[str, Source] = field(default_factory=dict[str, Source])

    def __getitem__(self, module: str) -> Source:
        if module not in self._known:
            try:
                text = inspect.getsource(sys.modules[module])
            except (KeyError, OSError, TypeError):
                raise EjectError(
                    f"the source of the module {module} is not at hand; install it as source"
                ) from None
            self._known[module] = Source(module, _one_by_one(text).encode())
        return self._known[module]

    def is_own(self, module: str) -> bool:
        """Whether a module is written out."""
        return module.partition(".")[0] in self.packages

    def resolve(self, module: str, name: str) -> Target | None:
        """What a global name of a module stands for; None for a builtin."""
        source = self[module]
        if name in source.definitions:
            return Definition(module, name)
        found = source.imports.get(name)
        if found is None:
            if name in vars(sys.modules[module]) and not name.startswith("__"):
                raise EjectError(
                    f"'{name}' of {module} is bound by no plain assignment, and cannot be written out; "
                    f"write {name} = …"
                )
            return None
        if not self.is_own(found.module):
            return found
        if not found.name:
            return Own(found.module)
        if isinstance(sys.modules.get(f"{found.module}.{found.name}"), ModuleType):
            return Own(f"{found.module}.{found.name}")
        return self.find(found.module, found.name)

    def find(self, module: str, name: str) -> Target:
        """What is imported by a name from a module, where it is defined."""
        if not self.is_own(module):
            return External(module, name)
        there = self[module]
        lazy = name not in there.definitions and name not in there.imports
        target = self.resolve(_home(module, name) if lazy else module, name)
        assert target is not None, (module, name)
        return target


def _one_by_one(text: str) -> str:
    """The text of a module with an assignment for each constant, where one binds several: ``A, B = 1, 2``."""
    lines = text.splitlines(keepends=True)
    for node in reversed(ast.parse(text).body):
        target = node.targets[0] if isinstance(node, ast.Assign) else None
        value = node.value if isinstance(node, ast.Assign) else None
        if not isinstance(target, ast.Tuple) or not isinstance(value, ast.Tuple):
            continue
        names = [each.id for each in target.elts if isinstance(each, ast.Name)]
        if len(names) == len(target.elts) == len(value.elts):
            values = [ast.get_source_segment(text, each) for each in value.elts]
            each_one = [f"{name} = {own}\n" for name, own in zip(names, values, strict=True)]
            lines[node.lineno - 1 : node.end_lineno] = each_one
    return "".join(lines)


def _home(module: str, name: str) -> str:
    """Where a name is defined that a package hands on by ``__getattr__``."""
    found: object = getattr(getattr(sys.modules[module], name), "__module__", None)
    return found if isinstance(found, str) and found in sys.modules else module


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of a module, with those for type checkers alone."""
    for node in body:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield from node.body
        else:
            yield node


def _absolute(module: str, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = sys.modules[module].__package__ or ""
    parts = package.split(".")
    return ".".join([*parts[: len(parts) - node.level + 1], *([node.module] if node.module else [])])
