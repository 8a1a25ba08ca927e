"""Statements as text that fits the page, with remarks between them."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from zoo.compiler.text import WIDTH, call, deletion


class Remark(ast.stmt):
    """A comment on a line of its own after a blank line; without a text, only the blank line."""

    _fields = ()

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.text = text


def printed(node: ast.AST) -> str:
    """Code on one line, with double quotes."""
    text = ast.unparse(node)
    return text if '"' in text else text.replace("'", '"')


def statements(body: Iterable[ast.stmt], indent: int, beside: Mapping[int, str]) -> list[str]:
    """Statements as lines; ``beside`` maps original line numbers to trailing comments."""
    lines: list[str] = []
    last: ast.stmt | None = None
    for node in body:
        follows_text = isinstance(last, Remark) and bool(last.text)
        if last is not None and not follows_text and (isinstance(node, Remark) or isinstance(last, Remark)):
            lines += [""] * (lines[-1:] != [""])
        if not isinstance(node, Remark):
            lines += _noted(_statement(node, indent, beside), beside.get(getattr(node, "lineno", 0), ""))
        elif node.text:
            lines.append(" " * indent + f"# {node.text}"[: WIDTH - indent])
        last = node
    return lines[:-1] if lines[-1:] == [""] else lines


def _noted(lines: list[str], note: str) -> list[str]:
    """The lines with a comment after the first, or above it if that is too long."""
    if not note:
        return lines
    if len(lines[0]) + 2 + len(note) <= WIDTH:
        return [f"{lines[0]}  {note}", *lines[1:]]
    return [" " * (len(lines[0]) - len(lines[0].lstrip())) + note, *lines]


def _statement(node: ast.stmt, indent: int, beside: Mapping[int, str]) -> list[str]:
    pad = " " * indent
    inside = indent + 4
    if isinstance(node, ast.For):
        head = _broken(f"for {_bare(node.target)} in ", node.iter, ":", indent)
        return [*head, *statements(node.body, inside, beside)]
    if isinstance(node, ast.If):
        lines = [f"{pad}if {printed(node.test)}:", *statements(node.body, inside, beside)]
        return [*lines, *([f"{pad}else:", *statements(node.orelse, inside, beside)] if node.orelse else [])]
    if isinstance(node, ast.FunctionDef):
        head = f"{pad}def {node.name}({printed(node.args)}):"
        return [head, *statements(node.body, inside, beside)]
    if isinstance(node, ast.Assign):
        return _broken(f"{_bare(node.targets[0])} = ", node.value, "", indent)
    if isinstance(node, ast.Return) and node.value is not None:
        return _broken("return ", node.value, "", indent)
    if isinstance(node, ast.Expr):
        return _broken("", node.value, "", indent)
    if isinstance(node, ast.Delete):
        return [line.replace(" " * 8, pad, 1) for line in deletion([printed(each) for each in node.targets])]
    return [f"{pad}{line}" for line in printed(node).splitlines()]


def _bare(target: ast.expr) -> str:
    """A target, without parentheses around a tuple."""
    if isinstance(target, ast.Tuple) and len(target.elts) > 1:
        return ", ".join(map(printed, target.elts))
    return printed(target)


def _broken(head: str, value: ast.expr, tail: str, indent: int) -> list[str]:
    """``head``, a value and ``tail``, on several lines if one is too long."""
    text = _bare(value) if head.endswith("= ") else printed(value)
    pad = " " * indent
    line = f"{pad}{head}{text}{tail}"
    if len(line) <= WIDTH:
        return [line]
    if isinstance(value, ast.Attribute):
        return _broken(head, value.value, f".{value.attr}{tail}", indent)
    if isinstance(value, ast.Call) and (value.args or value.keywords):
        head = f"{head}{printed(value.func)}"
        first = value.args[0] if len(value.args) == 1 else None
        if isinstance(first, ast.GeneratorExp):
            source = " ".join(
                f"for {_bare(each.target)} in {printed(each.iter)}" for each in first.generators
            )
            made = _broken("", first.elt, "", indent + 4)
            return [f"{pad}{head}(", *made, f"{pad}    {source}", f"{pad}){tail}"]
        parts = [*value.args, *value.keywords]
        lines = call(head, [*map(printed, parts)], tail, indent)
        if max(map(len, lines)) <= WIDTH:
            return lines
        inner = [line for part in parts for line in _part(part, indent + 4)]
        return [f"{pad}{head}(", *inner, f"{pad}){tail}"]
    if isinstance(value, ast.Tuple | ast.List) and len(value.elts) > 1:
        inner = [line for part in value.elts for line in _broken("", part, ",", indent + 4)]
        opening, closing = "()" if isinstance(value, ast.Tuple) else "[]"
        return [f"{pad}{head}{opening}", *inner, f"{pad}{closing}{tail}"]
    if isinstance(value, ast.IfExp):
        parts = [printed(value.body), f"if {printed(value.test)}", f"else {printed(value.orelse)}"]
        return [f"{pad}{head}(", *(f"{pad}    {part}" for part in parts), f"{pad}){tail}"]
    return [line]


def _part(node: ast.expr | ast.keyword, indent: int) -> list[str]:
    """An argument of a call."""
    if isinstance(node, ast.keyword):
        return _broken(f"{node.arg}=" if node.arg else "**", node.value, ",", indent)
    return _broken("", node, ",", indent)
