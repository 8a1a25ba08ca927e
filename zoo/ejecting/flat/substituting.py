"""Other names, and other expressions, in the place of names."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)


class Substitution(ast.NodeTransformer):
    """Puts ``names`` in the place of variables, and ``fields`` in that of what they hold: ``out.h``.

    Choices that are thereby known to be of None are made.
    """

    def __init__(
        self, names: Mapping[str, ast.expr], fields: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self.names = dict(names)
        self.fields = dict(fields or {})

    def __call__(self, node: Node) -> Node:
        """A copy of code in which it is done."""
        return self.visit(deepcopy(node))

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        key = (node.value.id, node.attr) if isinstance(node.value, ast.Name) else None
        if key in self.fields:
            return ast.Name(self.fields[key], ast.Load())
        return ast.Attribute(self.visit(node.value), node.attr, node.ctx)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        found = self.names.get(node.id)
        if found is None:
            return node
        return ast.Name(found.id, node.ctx) if isinstance(found, ast.Name) else deepcopy(found)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        found = self.names.get(node.arg)
        return ast.arg(found.id) if isinstance(found, ast.Name) else node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        self.generic_visit(node)
        found = self.names.get(node.name)
        if isinstance(found, ast.Name):
            node.name = found.id
        return node

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        known = is_none(node.test)
        return node if known is None else node.body if known else node.orelse


def is_none(test: ast.expr) -> bool | None:
    """What ``None is None`` and ``None is not None`` say; None of any other question."""
    if isinstance(test, ast.Compare) and all(
        isinstance(each, ast.Constant) and each.value is None for each in (test.left, *test.comparators)
    ):
        return isinstance(test.ops[0], ast.Is)
    return None


def names(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, bool]]:
    """The variables in code in the order of the text, values before what they are given to.

    Each with whether it is bound there.
    """
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id, not isinstance(node.ctx, ast.Load)
        elif isinstance(node, ast.arg):
            yield node.arg, True
        elif isinstance(node, ast.Assign):
            yield from names([node.value, *node.targets])
        elif isinstance(node, ast.For):
            yield from names([node.iter, node.target, *node.body])
        else:
            if isinstance(node, ast.FunctionDef):
                yield node.name, True
            yield from names(ast.iter_child_nodes(node))


def bound(nodes: Iterable[ast.AST]) -> list[str]:
    """The variables that code binds, each once."""
    return list(dict.fromkeys(name for name, binds in names(nodes) if binds))
