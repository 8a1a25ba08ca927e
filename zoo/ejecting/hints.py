"""Type hints in plain PyTorch: ``Float[Tensor, "batch dim"]`` becomes ``Tensor``."""

from __future__ import annotations

import ast
from collections.abc import Callable
from copy import deepcopy

from zoo.ejecting.modules import Definition, External, Own, Sources, Target
from zoo.ejecting.printing import printed

_SHORT = 40
"""The maximal length of a hint that replaces an alias."""

Naming = Callable[[Target, str], str]
"""The name in the file for a target with this name in its own module."""


def plain(hint: ast.expr, module: str, sources: Sources, naming: Naming) -> str:
    """A hint as source."""
    return printed(_Plain(module, sources, naming).visit(deepcopy(hint)))


def renamed(value: ast.expr, module: str, sources: Sources, naming: Naming) -> str:
    """A value as source, such as a default."""
    return printed(_Names(module, sources, naming).visit(deepcopy(value)))


def is_alias(value: ast.expr | None, module: str, sources: Sources) -> bool:
    """Whether a constant of a module is an alias of an annotated type, ``Annotated[…]``."""
    names = _Plain(module, sources, _never)
    return isinstance(value, ast.Subscript | ast.BinOp) and any(
        isinstance(each, ast.Subscript) and names.wraps(each.value) for each in ast.walk(value)
    )


def _never(target: Target, spelled: str) -> str:
    raise AssertionError(target, spelled)


class _Names(ast.NodeTransformer):
    """Replaces the names of a module by those of the file."""

    def __init__(self, module: str, sources: Sources, naming: Naming) -> None:
        self.module, self.sources, self.naming = module, sources, naming

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if isinstance(node.value, ast.Name):
            target = self.sources.resolve(self.module, node.value.id)
            if isinstance(target, Own):
                return self.named(self.sources.resolve(target.module, node.attr), node.attr)
        return ast.Attribute(self.visit(node.value), node.attr, node.ctx)

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self.named(self.sources.resolve(self.module, node.id), node.id)

    def named(self, target: Target | None, spelled: str) -> ast.expr:
        """A target by its name."""
        return ast.Name(spelled if target is None else self.naming(target, spelled), ast.Load())


class _Plain(_Names):
    def wraps(self, node: ast.expr) -> bool:
        """Whether a generic adds nothing but remarks to its first argument: jaxtyping's, ``Annotated``."""
        if not isinstance(node, ast.Name):
            return False
        target = self.sources.resolve(self.module, node.id)
        return isinstance(target, External) and (
            target.module.partition(".")[0] == "jaxtyping" or target.name == "Annotated"
        )

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        if self.wraps(node.value):
            assert isinstance(node.slice, ast.Tuple)
            return self.visit(node.slice.elts[0])
        if isinstance(node.value, ast.Name) and node.value.id == "Literal":
            return ast.Subscript(self.visit(node.value), node.slice, node.ctx)
        return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """``int | Symbolic`` is an int: expressions of sizes are the checker's."""
        if self._is_size(node.right):
            return self.visit(node.left)
        return ast.BinOp(self.visit(node.left), node.op, self.visit(node.right))

    def _is_size(self, node: ast.expr) -> bool:
        target = self.sources.resolve(self.module, node.id) if isinstance(node, ast.Name) else None
        return isinstance(target, Definition) and target.module.startswith("zoo.sizes")

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        if isinstance(node.value, str):  # a name before its time
            return self.visit(ast.parse(node.value, mode="eval").body)
        return node

    def named(self, target: Target | None, spelled: str) -> ast.expr:
        if isinstance(target, Definition):
            value = getattr(self.sources[target.module].definitions[target.name], "value", None)
            if isinstance(
                value, ast.Subscript | ast.BinOp | ast.Name | ast.Attribute
            ):  # an alias: what it stands for, where that is short
                meant = _Plain(target.module, self.sources, self.naming).visit(deepcopy(value))
                if len(ast.unparse(meant)) <= _SHORT:
                    return meant
        return super().named(target, spelled)
