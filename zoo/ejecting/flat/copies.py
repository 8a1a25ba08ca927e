"""Copies that say nothing: ``h = cell`` goes where ``cell`` may be called ``h`` from the start."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeAlias

from zoo.ejecting.flat.substituting import Substitution, names

Use: TypeAlias = "tuple[str, bool, ast.stmt]"
"""A variable, whether it is bound there, and the statement."""


def copied(targets: list[ast.expr], values: list[ast.expr]) -> list[ast.stmt]:
    """``a, b = c, d``, all at once; nothing, where each is given itself."""
    pairs = [
        (target, value)
        for target, value in zip(targets, values, strict=True)
        if ast.unparse(target) != ast.unparse(value)
    ]
    if not pairs:
        return []
    if len(pairs) == 1:
        return [ast.Assign([pairs[0][0]], pairs[0][1])]
    left, right = ([*each] for each in zip(*pairs, strict=True))
    return [ast.Assign([ast.Tuple(left, ast.Store())], ast.Tuple(right, ast.Load()))]


def without_copies(body: list[ast.stmt]) -> list[ast.stmt]:
    """The same code, without copies for whose original the copy's name is free."""
    while (found := _idle(body)) is not None:
        old, new, block, place = found
        node = block[place]
        put = Substitution({old: ast.Name(new)})
        pairs = [(put(target), put(value)) for target, value in _pairs(node)]
        block[place : place + 1] = copied(*([*each] for each in zip(*pairs, strict=True)))
        body = [put(each) for each in body]
    return body


def _idle(body: list[ast.stmt]) -> tuple[str, str, list[ast.stmt], int] | None:
    """A copy that is not needed: its original, its name, and where it stands."""
    uses = list(_uses(body))
    for block in _blocks(body):
        for place, node in enumerate(block):
            for target, value in _pairs(node):
                if not isinstance(target, ast.Name) or not isinstance(value, ast.Name):
                    continue
                if _may_go(value.id, target.id, node, block[:place], uses):
                    return value.id, target.id, block, place
    return None


def _may_go(old: str, new: str, copy: ast.stmt, before: list[ast.stmt], uses: list[Use]) -> bool:
    """Whether a variable may be called ``new`` from where it is bound, in a statement before the copy."""
    bindings = [place for place, (name, binds, _) in enumerate(uses) if name == old and binds]
    if len(bindings) != 1:
        return False
    (start,) = bindings
    if not isinstance(uses[start][2], ast.Assign) or all(each is not uses[start][2] for each in before):
        return False
    at_copy = [place for place, (_, _, node) in enumerate(uses) if node is copy]
    if any(name == old for name, _, _ in uses[:start]):
        return False
    if any(name == new for name, _, _ in uses[start + 1 : at_copy[0]]):
        return False
    if any(uses[place][:2] == (new, False) for place in at_copy):
        return False
    behind = uses[at_copy[-1] + 1 :]
    return all(name != old for name, _, _ in behind) or (new, True) not in [each[:2] for each in behind]


def _pairs(node: ast.stmt) -> list[tuple[ast.expr, ast.expr]]:
    """What a statement gives to what, if it is ``a = b`` or ``a, b = c, d``."""
    if not isinstance(node, ast.Assign):
        return []
    target = node.targets[0]
    if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
        return list(zip(target.elts, node.value.elts, strict=True))
    return [(target, node.value)]


def _uses(body: list[ast.stmt]) -> Iterator[Use]:
    """Variables in the order of the text."""
    for node in body:
        if isinstance(node, ast.For | ast.If | ast.FunctionDef):
            yield from ((name, binds, node) for name, binds in names(_head(node)))
            yield from _uses(node.body)
            yield from _uses(getattr(node, "orelse", []))
        else:
            yield from ((name, binds, node) for name, binds in names([node]))


def _head(node: ast.For | ast.If | ast.FunctionDef) -> list[ast.AST]:
    """What of a statement with a body stands in front of it."""
    if isinstance(node, ast.For):
        return [node.iter, node.target]
    return [node.test if isinstance(node, ast.If) else node.args]


def _blocks(body: list[ast.stmt]) -> Iterator[list[ast.stmt]]:
    """All lists of statements."""
    yield body
    for node in body:
        for name in ("body", "orelse"):
            if inner := getattr(node, name, None):
                yield from _blocks(inner)
