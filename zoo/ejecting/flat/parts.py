"""The classes of a program as code that can be put where they are used."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.compiler.program import Program


@dataclass(eq=False)
class Part:
    """A class of a program: what ``__init__`` and ``forward`` take (with defaults), do and return.

    ``results`` are by the fields of the tuple that forward returns; a single tensor is under None.
    ``members`` are the attributes whose modules are of classes of the program, too.
    """

    name: str
    about: str
    arguments: Mapping[str, ast.expr | None]
    init: list[ast.stmt]
    inputs: Mapping[str, ast.expr | None]
    forward: list[ast.stmt]
    results: Mapping[str | None, ast.expr]
    members: dict[str, Module] = field(default_factory=dict[str, "Module"])


Module: TypeAlias = "Part | tuple[Part | None, ...]"
"""A module of a program's class; or a list of them, with all classes in it or the one they share."""


class Parts:
    """All classes of a program, by name. ``beside`` are the comments, by the line of their statement."""

    def __init__(self, program: Program) -> None:
        text = "\n".join(line.text for each in program.classes for line in each.lines())
        self.beside = _comments(text)
        self._parts: dict[str, Part] = {}
        fields = {each.name: each.fields for each in program.classes}
        for node in ast.parse(text).body:
            if isinstance(node, ast.ClassDef) and node.name in fields:
                self._parts[node.name] = self._part(node, fields[node.name])

    def __getitem__(self, name: str) -> Part:
        return self._parts[name]

    def made(self, value: ast.expr) -> Part | None:
        """The class whose module an expression makes."""
        func = value.func if isinstance(value, ast.Call) else None
        return self._parts.get(func.id) if isinstance(func, ast.Name) else None

    def listed(self, value: ast.expr) -> ast.GeneratorExp | ast.List | None:
        """What stands in an ``nn.ModuleList`` of modules of the program's classes."""
        if not isinstance(value, ast.Call) or ast.unparse(value.func) != "nn.ModuleList" or not value.args:
            return None
        inside = value.args[0]
        if isinstance(inside, ast.GeneratorExp) and self.made(inside.elt):
            return inside
        return inside if isinstance(inside, ast.List) and any(map(self.made, inside.elts)) else None

    def _part(self, node: ast.ClassDef, fields: list[str]) -> Part:
        methods = {each.name: each for each in node.body if isinstance(each, ast.FunctionDef)}
        init, forward = methods["__init__"], methods["forward"]
        *body, end = forward.body
        assert isinstance(end, ast.Return), end
        assert end.value is not None
        results: dict[str | None, ast.expr] = {None: end.value}
        if fields:
            assert isinstance(end.value, ast.Call)
            results = dict(zip(fields, end.value.args, strict=True))
        part = Part(
            name=node.name,
            about=" ".join((ast.get_docstring(node) or node.name).split()),
            arguments=_parameters(init.args),
            init=init.body[1:],  # behind super().__init__()
            inputs=_parameters(forward.args),
            forward=body,
            results=results,
        )
        for each in part.init:
            if isinstance(each, ast.Assign) and isinstance(each.targets[0], ast.Attribute):
                module = self._module(each.value)
                if module is not None:
                    part.members[each.targets[0].attr] = module
        return part

    def _module(self, value: ast.expr) -> Module | None:
        inside = self.listed(value)
        if inside is None:
            return self.made(value)
        if isinstance(inside, ast.GeneratorExp):
            return (self.made(inside.elt),)
        found = [self.made(each) for each in inside.elts]
        return (found[0],) if len({*found}) == 1 else tuple(found)


def _parameters(args: ast.arguments) -> dict[str, ast.expr | None]:
    """The parameters behind ``self``, each with its default."""
    given = [*args.args[1:], *args.kwonlyargs]
    first = len(args.args) - 1 - len(args.defaults)
    defaults = [*[None] * first, *args.defaults, *args.kw_defaults]
    return {each.arg: default for each, default in zip(given, defaults, strict=True)}


def _comments(text: str) -> dict[int, str]:
    """Comments by the line of the statement that they are beside, or right above."""
    found: dict[int, str] = {}
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            line, column = token.start
            found[line if token.line[:column].strip() else line + 1] = token.string
    return found
