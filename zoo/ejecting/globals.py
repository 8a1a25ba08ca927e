"""The global names that a piece of code reads, and the names that it binds locally."""

from __future__ import annotations

import ast
from collections.abc import Iterable

_Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class Globals(ast.NodeVisitor):
    """Visits code: ``read`` are global names and attributes of them, outside annotations.

    ``bound`` are the names of arguments and local variables, ``attributes`` all attribute names (also in
    ``getattr``), ``own`` those of ``self``.
    """

    def __init__(self) -> None:
        self.read: list[ast.Name | ast.Attribute] = []
        self.bound: set[str] = set()
        self.attributes: set[str] = set()
        self.own: set[str] = set()
        self._scopes: list[set[str]] = []

    def visit_Name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load) and not any(node.id in scope for scope in self._scopes):
            self.read.append(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        of_self = isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
        (self.own if of_self else self.attributes).add(node.attr)
        if isinstance(node.value, ast.Name) and not any(node.value.id in scope for scope in self._scopes):
            self.read.append(node)
        else:
            self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        if isinstance(node.func, ast.Name) and node.func.id == "getattr" and len(node.args) > 1:
            name = node.args[1]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                self.attributes.add(name.value)
        self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for each in (*node.decorator_list, *node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(each)
        self._inside({each.arg for each in arguments(node.args)} | _assigned(node.body), node.body)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        for each in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(each)
        self._inside({each.arg for each in arguments(node.args)}, [node.body])

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.visit(node.target)
        if node.value is not None:
            self.visit(node.value)

    def _comprehension(self, node: _Comprehension) -> None:
        targets = {name for part in node.generators for name in stored(part.target)}
        self._inside(targets, [*ast.iter_child_nodes(node)])

    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _comprehension  # noqa: N815 - the names are ast's

    def _inside(self, bound: set[str], body: Iterable[ast.AST]) -> None:
        self.bound |= bound
        self._scopes.append(bound)
        for each in body:
            self.visit(each)
        self._scopes.pop()


def arguments(args: ast.arguments) -> list[ast.arg]:
    """All arguments of a function."""
    found = [*args.posonlyargs, *args.args, *args.kwonlyargs]
    return [*found, *(each for each in (args.vararg, args.kwarg) if each is not None)]


def stored(node: ast.AST) -> set[str]:
    """The names that a target binds."""
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name))
    return {each.id for each in names if isinstance(each.ctx, ast.Store)}


def _assigned(body: list[ast.stmt]) -> set[str]:
    """The local variables of a function."""
    found: set[str] = set()
    stack: list[ast.AST] = [*body]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda | _Comprehension):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        if isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(each.asname or each.name).partition(".")[0] for each in node.names}
        stack += ast.iter_child_nodes(node)
    return found
