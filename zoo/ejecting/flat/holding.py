"""Results that nobody reads any more are let go, as in ``zoo.compiler.liveness``, in any code."""

from __future__ import annotations

import ast
from collections.abc import Set as AbstractSet

from zoo.compiler.liveness import HELD
from zoo.ejecting.flat.substituting import names
from zoo.ejecting.printing import Remark


def releasing(body: list[ast.stmt], later: AbstractSet[str] = frozenset()) -> list[ast.stmt]:
    """Statements with ``del`` where several results are held in vain; ``later`` is read behind them."""
    ends = _ends(body, later)
    last = max((place for place, node in enumerate(body) if not _says_nothing(node)), default=0)
    idle: list[str] = []
    found: list[ast.stmt] = []
    for place, node in enumerate(body):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Attribute):  # steps in time are short
            node.body = releasing(node.body, {*later, *_read(body[place + 1 :]), *_carried(node.body)})
        found.append(node)
        idle = [name for name in idle if (name, True) not in [*names([node])]] + ends.get(place, [])
        if len(idle) >= HELD and place < last:
            found.append(ast.Delete([ast.Name(name, ast.Del()) for name in idle]))
            idle = []
    return found


def _says_nothing(node: ast.stmt) -> bool:
    """Whether whatever is held may be held until after a statement."""
    return isinstance(node, Remark | ast.Return)


def _ends(body: list[ast.stmt], later: AbstractSet[str]) -> dict[int, list[str]]:
    """The results that are read for the last time in each statement."""
    inside = {name for node in body if isinstance(node, ast.FunctionDef) for name, _ in names([node])}
    open_: dict[str, int] = {}
    """Where each result was last read so far."""
    ends: dict[int, list[str]] = {}
    for place, node in enumerate(body):
        for name, binds in names([node]):
            if not binds and name in open_:
                open_[name] = place
            elif binds:
                perhaps = not isinstance(node, ast.Assign) and name in {*later, *_read(body[place + 1 :])}
                if (end := open_.pop(name, place)) != place and not perhaps:  # a loop may have no steps
                    ends.setdefault(end, []).append(name)
                if _is_result(node) and name not in inside:  # functions read when they are called
                    open_[name] = place
    for name, end in open_.items():
        if name not in later:
            ends.setdefault(end, []).append(name)
    return ends


def _is_result(node: ast.stmt) -> bool:
    """Whether a statement gives a variable something new; another name for what is held holds nothing."""
    return isinstance(node, ast.Assign) and any(isinstance(each, ast.Call) for each in ast.walk(node.value))


def _read(body: list[ast.stmt]) -> set[str]:
    return {name for name, binds in names(body) if not binds}


def _carried(body: list[ast.stmt]) -> set[str]:
    """What the statements of a loop read of the step before."""
    carried: set[str] = set()
    known: set[str] = set()
    for name, binds in names(body):
        if binds:
            known.add(name)
        elif name not in known:
            carried.add(name)
    return carried
