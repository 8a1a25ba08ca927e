"""Printing Python: literals, expressions of params, calls that are wrapped to the line width."""

from __future__ import annotations

import json
import math
import textwrap
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from zoo.sizes import Expr, Name, Op, Symbolic, expression

WIDTH = 100
"""The maximal length of a line, unless a single name is longer."""

Spell = Callable[[str], str]
"""How a name of a scope (``$dim``, ``dim``) is written in the code at hand."""


def value(setting: Any, spell: Spell) -> str:
    """A setting as a Python literal, with params and axes by name."""
    if isinstance(setting, Symbolic):
        return expr(expression(setting), spell)
    if isinstance(setting, Name | Op):
        return expr(setting, spell)
    if isinstance(setting, str):
        return json.dumps(setting, ensure_ascii=False) if setting.isprintable() else ascii(setting)
    if isinstance(setting, float) and not math.isfinite(setting):
        return f'float("{setting}")'
    if isinstance(setting, tuple):
        parts = [value(part, spell) for part in cast(tuple[Any, ...], setting)]
        return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"
    if isinstance(setting, Mapping):
        entries = cast(Mapping[str, Any], setting).items()
        return "{" + ", ".join(f"{value(key, spell)}: {value(part, spell)}" for key, part in entries) + "}"
    assert setting is None or isinstance(setting, bool | int | float), setting
    return repr(setting)


def expr(tree: Expr, spell: Spell) -> str:
    """An expression as Python; its operators have the same precedence there."""
    return str(_spelt(tree, spell))


def _spelt(tree: Expr, spell: Spell) -> Expr:
    if isinstance(tree, Name):
        return Name(spell(tree.text))
    if isinstance(tree, Op):
        left, right = _spelt(tree.left, spell), _spelt(tree.right, spell)
        if tree.op == "*" and isinstance(left, Name) and isinstance(right, int):
            left, right = right, left  # 4 * dim
        return Op(tree.op, left, right)
    return tree


def call(head: str, parts: Sequence[str], tail: str = "", indent: int = 8) -> list[str]:
    """``head(part, …)tail`` on one line, or on several if that is too long."""
    pad = " " * indent
    joined = ", ".join(parts)
    line = f"{pad}{head}({joined}){tail}"
    if len(line) <= WIDTH or not parts:
        return [line]
    if len(pad) + 4 + len(joined) <= WIDTH:
        return [f"{pad}{head}(", f"{pad}    {joined}", f"{pad}){tail}"]
    return [f"{pad}{head}(", *(f"{pad}    {part}," for part in parts), f"{pad}){tail}"]


def deletion(variables: Sequence[str]) -> list[str]:
    """``del a, b``, on as many lines as necessary."""
    width = WIDTH - len("        del ")
    lines = textwrap.wrap(", ".join(variables), width, break_long_words=False, break_on_hyphens=False)
    return [f"        del {line.rstrip(',')}" for line in lines]


def docstring(text: str, indent: int) -> list[str]:
    """``text`` as a docstring, escaped so that no content can end the string."""
    pad = " " * indent
    # A lone surrogate is no text: no class may have one in its docstring.
    words = " ".join(text.encode("utf-8", "replace").decode().split()) or "…"
    safe = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words.replace("\\", "\\\\"))
    if '"""' in safe or safe.endswith('"'):
        safe = safe.replace('"', '\\"')
    if len(pad) + len(safe) + 6 <= WIDTH:
        return [f'{pad}"""{safe}"""']
    lines = textwrap.wrap(safe, WIDTH - len(pad) - 3, break_long_words=False, break_on_hyphens=False)
    return [f'{pad}"""{lines[0]}', *(f"{pad}{line}" for line in lines[1:]), f'{pad}"""']


def comment(text: str) -> str:
    """``# text`` on a single line, whatever the text contains."""
    return "# " + "".join(c if c.isprintable() else "?" for c in text)
