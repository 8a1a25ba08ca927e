"""A layer's docstring as rich text: paragraphs flow, formulas stand apart, code looks like code."""

from __future__ import annotations

import re
from html import escape
from textwrap import dedent

from zoo_gui.theme import Theme


def as_html(text: str, theme: Theme) -> str:
    """The text as Qt's rich text; lines that are indented are formulas or tables, and keep their form."""
    paragraphs = re.split(r"\n\s*\n", text.strip("\n"))
    return "".join(_paragraph(paragraph, theme, first=not at) for at, paragraph in enumerate(paragraphs))


def _paragraph(text: str, theme: Theme, *, first: bool) -> str:
    if not first and all(line.startswith(" ") for line in text.splitlines() if line.strip()):
        return (
            f'<table width="100%" cellpadding="6" bgcolor="{theme.hover.name()}"><tr><td>'
            f'<pre style="margin:0; white-space:pre-wrap; color:{theme.text.name()}">'
            f"{escape(dedent(text).replace('``', ''))}</pre></td></tr></table>"
        )
    lines = [line.strip() for line in text.splitlines()]
    marked = any(line.startswith("* ") for line in lines)
    if marked:
        items = re.split(r"\n?\* ", "\n".join(lines))
        before, rest = items[0], items[1:]
        listed = "".join(f"<li>{_words(item, theme)}</li>" for item in rest)
        return (f"<p>{_words(before, theme)}</p>" if before else "") + f"<ul>{listed}</ul>"
    body = _words(" ".join(lines), theme)
    return f"<p><b>{body}</b></p>" if first else f"<p>{body}</p>"


def _words(text: str, theme: Theme) -> str:
    code = f'<code style="color:{theme.syntax_key.name()}">\\1</code>'
    return re.sub(r"``?([^`]+)``?", code, escape(text.replace("\n", " "), quote=False))
