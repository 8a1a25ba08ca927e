"""The words in a box: its second line, what is written beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from zoo.errors import SizeError
from zoo.graph import Call, Learned, Node, Repeat, Reuse, Scan, Start, Value, Zeros
from zoo.sizes import Name, Op, Size, evaluate, symbol
from zoo.spec import TensorType

LONGEST = 34
"""How many characters a second line has at most; the rest is for the inspector."""


def detail(node: Node, values: Mapping[str, Any]) -> str:
    """What a node is, and the settings that the file gives it: ``multi head · 4 heads · causal``."""
    if isinstance(node, Scan):
        return f"scan over {node.over}{', from its end' if node.reverse else ''}"
    if isinstance(node, Reuse):
        return f"same weights as {node.of}"
    words = [plain(node.use), *settings(node, values)]
    line = words[0]
    for word in words[1:]:
        if len(line) + len(word) + 3 > LONGEST:
            return f"{line} …"
        line = f"{line} · {word}"
    return line


def plain(use: str) -> str:
    """What a use is called: ``lstm cell`` for ``recurrent/lstm_cell``."""
    return use.rpartition("/")[2].rpartition("#")[2].replace("_", " ")


def settings(node: Call | Repeat, values: Mapping[str, Any]) -> Iterator[str]:
    """The settings that are given, a few words each."""
    for name, written in node.settings.items():
        value = stands_for(written, values)
        if value is True:
            yield name
        elif value is False:
            yield f"no {name}"
        elif isinstance(value, str):
            yield value
        elif isinstance(value, Name):
            yield f"{name} {value}"
        elif value is not None:
            yield f"{name} {shown(value)}"
    for name in node.vary if isinstance(node, Repeat) else ():
        yield f"{name} varies"


def stands_for(value: Value, values: Mapping[str, Any]) -> Value:
    """What ``$name`` is here, where that is known."""
    if isinstance(value, Name):
        found = values.get(str(value))
        return found if isinstance(found, bool | int | float | str) else value
    if isinstance(value, Op):
        with suppress(SizeError):
            found = evaluate(value, lambda word: _size(values.get(word), word))
            return found if isinstance(found, int) else value
    return value


def _size(value: object, word: str) -> Size:
    return value if type(value) is int else symbol(word)


def shown(value: Value) -> str:
    """A setting in a few letters."""
    if isinstance(value, tuple):
        return "(" + ", ".join(map(shown, value[:3])) + (", …)" if len(value) > 3 else ")")
    if isinstance(value, Op):
        return str(value).replace("$", "").replace(" ", "")
    return f"{value:g}" if isinstance(value, float) else str(value).removeprefix("$")


def count(node: Repeat, values: Mapping[str, Any]) -> str:
    """How often a repeat is there: ``×3``."""
    return f"×{shown(stands_for(node.count, values))}"


def nodes(number: int) -> str:
    """How many nodes a body has."""
    return f"{number} node" if number == 1 else f"{number} nodes"


def start(state: Start) -> str:
    """How a state starts, in the second line of its box."""
    if isinstance(state, Zeros):
        return "state, from zeros"
    return "state, learned start" if isinstance(state, Learned) else "state"


def type_words(type_: TensorType | None) -> str:
    """What flows through a wire, for its label: the axes, and the kind of numbers where it is not float."""
    if type_ is None:
        return ""
    text = str(type_)
    return text.removeprefix("float ") if " " in text else text
