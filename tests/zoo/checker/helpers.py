"""Graphs as texts, and what the checker says of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.zoo.checker.layers import REGISTRY
from zoo.checker import Resolution, resolve
from zoo.files import read
from zoo.graph import Graph
from zoo.problems import Problem

DATA = Path(__file__).parent / "data"
TRANSFORMER = (DATA / "transformer.yaml").read_text(encoding="utf-8")
SEQ2SEQ = (DATA / "seq2seq_additive.yaml").read_text(encoding="utf-8")


def graph(text: str, file: str = "t.yaml") -> Graph:
    """The graph of a text that reads without problems; a text without a first line gets one."""
    if not text.startswith("format:"):
        text = f"format: zoo/1\nname: t\n{text}"
    reading = read(text, file)
    assert not reading.problems, [str(problem) for problem in reading.problems]
    return reading.graph


def resolved(text: str, **options: Any) -> Resolution:
    """What the checker finds out about a text."""
    return resolve(graph(text), REGISTRY, **options)


def problems(text: str, **options: Any) -> list[Problem]:
    """What the checker finds wrong with a text."""
    return list(resolved(text, **options).problems)


def told(text: str, **options: Any) -> list[str]:
    """The problems of a text as people read them."""
    return [str(problem) for problem in problems(text, **options)]


def types(text: str, scope: str = "", **options: Any) -> dict[str, str]:
    """What every output of every node of a body carries, in words: ``{"cell.h": "float batch 64"}``."""
    found = resolved(text, **options).root
    for name in filter(None, scope.split(".")):
        use: Any = found.nodes[name].use
        found = use.scope
    return {
        f"{name}.{port}": "?" if type_ is None else str(found.shown(type_))
        for name, node in found.nodes.items()
        for port, type_ in node.types.items()
    }


def use(resolution: Resolution, path: str) -> Any:
    """What the node at a path resolves to: ``encoder.0.feed.ffn``."""
    names = path.split(".")
    found: Any = resolution.root.nodes[names[0]].use
    for name in names[1:]:
        found = found.each[int(name)] if name.isdigit() else found.scope.nodes[name].use
    return found
