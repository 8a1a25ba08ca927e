"""A definition as text: as its author wrote it, without what only the zoo uses.

Type hints become plain ones, decorators and methods of the layer contract are removed, and names become those
of the file. Everything else stays as it is, including comments and docstrings.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field

from zoo.compiler.program import define
from zoo.ejecting.globals import Globals, arguments
from zoo.ejecting.hints import Naming, is_alias, plain, renamed
from zoo.ejecting.members import Members
from zoo.ejecting.modules import Definition, Own, Source, Sources
from zoo.ejecting.patching import Patch

_FOR_TOOLS = re.compile(r" +# (?:pyright|noqa|type)\b.*$", re.MULTILINE)
"""Comments for the tools that check the zoo."""


@dataclass(slots=True)
class Writing:
    """Writes one definition; members of a class are kept if ``is_read`` says that something uses them."""

    of: Definition
    sources: Sources
    naming: Naming
    is_read: Callable[[type, str], bool]
    code: Globals = field(default_factory=Globals)
    patch: Patch = field(init=False)
    """The changes to the author's text."""

    def __post_init__(self) -> None:
        self.patch = Patch(self.sources[self.of.module])

    def text(self) -> str:
        """The text, without surrounding blank lines; afterwards ``code`` has the names that it uses."""
        node = self.source.definitions[self.of.name]
        name = self.naming(self.of, self.of.name)
        if isinstance(node, ast.FunctionDef):
            self._function(node, 0, name)
        elif isinstance(node, ast.ClassDef):
            self._class(node, name)
        else:
            self._constant(node, name)
        for each in self.code.read:
            self._rename(each)
        start, end = self.patch.extent(node)
        body = self.source.tree.body
        after = body[body.index(node) + 1 :][:1] if node in body else []
        if isinstance(node, ast.Assign | ast.AnnAssign) and after and _is_docstring(after[0]):
            end = self.patch.extent(after[0])[1]
        return _FOR_TOOLS.sub("", self.patch.text(start, end))

    @property
    def source(self) -> Source:
        """The module of the definition."""
        return self.patch.source

    def _rename(self, node: ast.Name | ast.Attribute) -> None:
        base = node if isinstance(node, ast.Name) else node.value
        assert isinstance(base, ast.Name)
        target, spelled, read = self.sources.resolve(self.of.module, base.id), base.id, base
        if isinstance(target, Own) and isinstance(node, ast.Attribute):
            target, spelled, read = self.sources.resolve(target.module, node.attr), node.attr, node
        if target is not None:
            name = self.naming(target, spelled)
            if name != self.source.text[slice(*self.source.span(read))].decode():
                self.patch.replace(*self.source.span(read), name)

    # ---------------------------------------------------------------------------- functions and constants

    def _function(self, node: ast.FunctionDef, indent: int, name: str) -> None:
        self._decorators(node)
        for each in node.body:
            self._annotations(each)
        # Defaults are part of the head, which is rewritten: they must not be edited as well.
        body = Globals()
        body.visit(node)
        head = Globals()
        for each in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            head.visit(each)
        in_head = {id(each) for each in head.read} | {
            id(part) for each in node.decorator_list for part in ast.walk(each)
        }
        self.code.read += [each for each in body.read if id(each) not in in_head]
        self.code.bound |= body.bound
        self.code.attributes |= body.attributes
        self.code.own |= body.own
        parameters, result = self._parameters(node.args), self._hint(node.returns)
        lines = define(name, parameters, result or "None", indent)
        if result is None:
            lines[-1] = lines[-1].replace(" -> None:", ":")
        start, (body_start, _) = self.source.at(node.lineno, 0), self.source.span(node.body[0])
        if self.source.text[start:body_start].rstrip(b" ").endswith(b":"):  # all on one line
            self.patch.replace(start, body_start, "\n".join(lines) + " ")
        else:
            end = self.patch.extent(node.body[0])[0]
            self.patch.replace(start, end, "\n".join([*lines, ""]))

    def _parameters(self, args: ast.arguments) -> list[str]:
        positional = [*args.posonlyargs, *args.args]
        defaults = [None] * (len(positional) - len(args.defaults)) + args.defaults
        found = [self._parameter(each, default) for each, default in zip(positional, defaults, strict=True)]
        if args.posonlyargs:
            found.insert(len(args.posonlyargs), "/")
        if args.vararg:
            found.append(f"*{self._parameter(args.vararg, None)}")
        elif args.kwonlyargs:
            found.append("*")
        found += [
            self._parameter(each, given)
            for each, given in zip(args.kwonlyargs, args.kw_defaults, strict=True)
        ]
        return [*found, *([f"**{self._parameter(args.kwarg, None)}"] if args.kwarg else [])]

    def _parameter(self, node: ast.arg, default: ast.expr | None) -> str:
        hint = self._hint(node.annotation)
        text = node.arg if hint is None else f"{node.arg}: {hint}"
        if default is None:
            return text
        value = self.source.text[slice(*self.source.span(default))].decode()
        if not isinstance(default, ast.Constant):
            value = renamed(default, self.of.module, self.sources, self.naming)
        return f"{text}{'=' if hint is None else ' = '}{value}"

    def _hint(self, node: ast.expr | None) -> str | None:
        return None if node is None else plain(node, self.of.module, self.sources, self.naming)

    def _annotations(self, node: ast.AST) -> None:
        """Hints inside a body: of variables, and of functions there."""
        for each in ast.walk(node):
            if isinstance(each, ast.AnnAssign):
                self._hinted(each.annotation)
            elif isinstance(each, ast.FunctionDef):
                for annotation in (*(arg.annotation for arg in arguments(each.args)), each.returns):
                    if annotation is not None:
                        self._hinted(annotation)

    def _hinted(self, annotation: ast.expr) -> None:
        text = plain(annotation, self.of.module, self.sources, self.naming)
        self.patch.replace(*self.source.span(annotation), text)

    def _decorators(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        """Remove decorators that register with the zoo."""
        for each in node.decorator_list:
            name: ast.expr = each.func if isinstance(each, ast.Call) else each
            while isinstance(name, ast.Attribute):
                name = name.value
            target = self.sources.resolve(self.of.module, name.id) if isinstance(name, ast.Name) else None
            if isinstance(target, Definition | Own):
                assert each.end_lineno is not None
                self.patch.replace(self.source.at(each.lineno, 0), self.source.at(each.end_lineno + 1, 0), "")
            else:
                self.code.visit(each)

    def _constant(self, node: ast.Assign | ast.AnnAssign, name: str) -> None:
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if name != self.of.name:
            self.patch.replace(*self.source.span(target), name)
        if isinstance(node, ast.AnnAssign):
            self._hinted(node.annotation)
        if node.value is not None and is_alias(node.value, self.of.module, self.sources):
            self._hinted(node.value)
        elif node.value is not None:
            self.code.visit(node.value)

    # --------------------------------------------------------------------------------------------- classes

    def _class(self, node: ast.ClassDef, name: str) -> None:
        self._decorators(node)
        for each in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self.code.visit(each)
        if name != self.of.name:
            start = self.source.at(node.lineno, node.col_offset)
            self.patch.replace(start, start + len(f"class {self.of.name}".encode()), f"class {name}")
        kept, members = (
            0,
            Members(getattr(sys.modules[self.of.module], node.name), self.sources, self.is_read),
        )
        for before, each in zip([None, *node.body], node.body, strict=False):
            if members.keeps(each):
                self._member(each)
                kept += 1
            elif before is not None:
                self.patch.replace(self.patch.extent(before)[1], self.patch.extent(each)[1], "")
        if not kept:
            end = self.patch.extent(node.body[0])[0]
            self.patch.replace(end, end, "    pass\n")

    def _member(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef):
            self._function(node, 4, node.name)
        elif isinstance(node, ast.AnnAssign):
            self._hinted(node.annotation)
            if node.value is not None:
                self.code.visit(node.value)
        else:
            self.code.visit(node)


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
