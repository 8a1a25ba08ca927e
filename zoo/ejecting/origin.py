"""The graph that a file was ejected from, at its end: read back without executing anything.

    GRAPH = "…"                     the graph's text
    FILES = {"blocks.yaml": "…"}    the files whose blocks it uses, and those that these use, by their path
    CODE = "…"                      SHA-256 of all that stands above

By the last a reader sees that nobody has changed the code since.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from hashlib import sha256

from zoo.errors import EjectError, FileError
from zoo.files import dumps
from zoo.files.texts import files_of, found_in, graph_of
from zoo.graph import Graph

_NOTE = "# What this file was made from; `zoo import` gives the graph back. Python does not need it."


@dataclass(frozen=True, slots=True)
class Origin:
    """The graph of an ejected file, and whether its code is still what was written."""

    graph: Graph
    unchanged: bool


def appended(code: str, graph: Graph) -> str:
    """The end of a file whose code is this: the graph, and the sum by which a change is seen."""
    files = {path: dumps(used) for path, used in files_of(graph)}
    lines = ["", "", _NOTE, f"GRAPH = {_quoted(dumps(graph))}"]
    if files:
        entries = [f"    {_plain(name)}: {_quoted(text)}," for name, text in files.items()]
        lines += ["FILES = {", *entries, "}"]
    return "\n".join([*lines, f'CODE = "{_sum(code)}"', ""])


def origin(text: str) -> Origin | None:
    """The origin of a file's text; None for a file that was not ejected.

    Raises EjectError for a text that is no Python, or whose graph was damaged.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise EjectError(
            f"a Python file was expected, and line {error.lineno} is none: {error.msg}"
        ) from None
    found = {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and node.targets[0].id in ("GRAPH", "FILES", "CODE")
    }
    if not {"GRAPH", "CODE"} <= found.keys():
        return None
    code = text.partition(f"\n\n{_NOTE}")[0]
    texts = {**found.get("FILES", {}), "GRAPH": found["GRAPH"]}
    try:
        graph = graph_of(found_in(texts, "GRAPH"), "GRAPH")
    except FileError as error:
        raise EjectError(f"the graph at the end of the file is not whole: {error}") from None
    return Origin(graph, _sum(code) == found["CODE"])


def _sum(code: str) -> str:
    return sha256(code.rstrip().encode()).hexdigest()


def _plain(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _quoted(text: str) -> str:
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'"""\\\n{safe.rstrip()}\n"""'
