"""The catalogue as one HTML file: every page, a list to search, no network, light and dark."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from importlib.resources import files
from pathlib import Path

from markdown_it import MarkdownIt

from zoo.errors import FileError
from zoo.files import write_bytes
from zoo.packs.offers import use_name
from zoo.spec import LayerSpec


def catalogue(pages: Iterable[tuple[LayerSpec, str]]) -> str:
    """The HTML of layers and their pages in Markdown."""
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    links: list[str] = []
    articles: list[str] = []
    for spec, page in pages:
        name = escape(use_name(spec))
        links.append(f'<a href="#{name}"><b>{name}</b><span>{escape(spec.summary)}</span></a>')
        articles.append(f'<article id="{name}">{markdown.render(page)}</article>')
    template = files("zoo.pages").joinpath("catalogue.html").read_text(encoding="utf-8")
    return template.replace("{{links}}", "\n".join(links)).replace("{{articles}}", "\n".join(articles))


def write_catalogue(pages: Iterable[tuple[LayerSpec, str]], path: Path) -> None:
    """Write ``catalogue`` to a file; FileError where it cannot be written."""
    write(path, catalogue(pages))


def write(path: Path, text: str) -> None:
    """Write a text, its folder too; FileError where that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileError(f"the folder '{path.parent}' cannot be made: {error.strerror}") from None
    write_bytes(path, text.encode())
