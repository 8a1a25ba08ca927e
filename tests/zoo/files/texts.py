"""The texts that the tests of files start from, and how they compare texts."""

from __future__ import annotations

from difflib import SequenceMatcher
from importlib.util import find_spec
from pathlib import Path

from hypothesis import settings

from zoo.files.page import Page
from zoo.files.source import Source

FEWER = settings(max_examples=max(settings().max_examples // 5, 10))
"""For properties of whole graphs, which take long to draw."""


def _folder() -> Path:
    spec = find_spec("zoo_graphs")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


_STORIED = (
    "gpt",
    "lstm_from_gates",
    "lstm_language_model",
    "rnn_language_model",
    "seq2seq_additive",
    "transformer",
)
LIBRARY = [_folder() / f"{name}.yaml" for name in _STORIED]
"""Graphs of the library that have between them every kind of node; all of them are tested in tests/graphs."""

MANNERS = Path(__file__).with_name("data") / "manners.yaml"
"""One graph with everything written in every manner: indentation, braces, lists, quotes, comments
anywhere.
"""


def _texts() -> dict[str, str]:
    found = {path.stem: path.read_text(encoding="utf-8") for path in (*LIBRARY, MANNERS)}
    manners = found["manners"]
    found["windows"] = manners.replace("\n", "\r\n")
    found["old mac"] = manners.replace("\n", "\r")
    found["mixed breaks"] = manners.replace("\n    ", "\r\n    ")
    found["byte order mark"] = "\ufeff" + manners
    found["no break at the end"] = manners.rstrip("\n")
    found["blanks at the end"] = manners + "\n  \n\n"
    return found


TEXTS = _texts()
"""Sound texts by name."""

SMALL = """\
format: zoo/1
name: small
params: {dim: 8}
inputs:
  x: float batch time $dim
outputs:
  y: head
nodes:
  norm: {use: norm/layer_norm, in: x}
  head: {use: basic/linear, with: {output: $dim}, in: norm}
"""


def changed_lines(before: str, after: str) -> int:
    """How many lines differ: a line that became another counts once."""
    old, new = before.splitlines(), after.splitlines()
    return sum(
        max(i2 - i1, j2 - j1)
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    )


def comments(text: str) -> list[str]:
    """Every comment of a text, sorted."""
    page = Page(text, Source("", text).tree.root)
    return sorted([comment for _, comment in page.own.values()] + [comment for _, comment in page.beside])
