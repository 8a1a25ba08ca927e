"""Settings as a person writes them: exactly the words that stand in a file."""

from __future__ import annotations

from typing import cast

from zoo.errors import EditError
from zoo.files import read
from zoo.files.plain import PlainDict, plain_graph
from zoo.files.printer import flow
from zoo.graph import Call, Frozen, Graph, Value
from zoo.problems import has_errors

_BEFORE = "format: zoo/1\nname: x\nnodes:\n  n:\n    use: a/b\n    with:\n      s: "


def text_of(value: Value) -> str:
    """A setting in the words of a file: ``0.1``, ``true``, ``$dim * 4``, ``[1, 2]``."""
    plain: PlainDict = plain_graph(Graph(name="x", nodes=Frozen(n=Call(use="a/b", settings=Frozen(s=value)))))
    for key in ("nodes", "n", "with"):
        plain = cast(PlainDict, plain[key])
    return flow(plain["s"])


def read_value(text: str) -> Value:
    """What a text means as a setting; EditError when it means nothing."""
    if "\n" in text:
        raise EditError("a value is one line")
    reading = read(f"{_BEFORE}{text}\n")
    if has_errors(reading.problems):
        raise EditError(reading.problems[0].message)
    node = reading.graph.nodes.get("n")
    if not isinstance(node, Call) or "s" not in node.settings:
        raise EditError(f"'{text}' is no value; write a number, true, a word, [1, 2] or $param")
    return node.settings["s"]
