"""What the checker finds no error in compiles and runs: the promise that an unfinished drawing may rely on.

Files of the library are changed by chance where the meaning is: a wire reads something else, a name
stands in for another, a number becomes another, a line moves. About a third of them is still without
errors.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import event, given, settings
from hypothesis import strategies as st
from torch import Tensor

import zoo
from tests.zoo.files.texts import LIBRARY
from zoo.checker import resolve
from zoo.checker.resolution import Resolution
from zoo.errors import GraphError, InputError
from zoo.spec import TensorType

Change = Callable[[str, int, int], str]

SMALL = [
    # no size above 62, so that a changed one neither takes long nor much memory
    re.sub(r"\b[0-9]{2,}\b", lambda n: str(max(2, int(n[0]) // 16)), path.read_text(encoding="utf-8"))
    for path in LIBRARY
]

VALUES = [
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "0.5",
    "true",
    "~",
    "word",
    "$dim",
    "$dim * 2",
    "$dim // 3",
    "batch",
    "time",
]


def a_wire_reads_something_else(text: str, at: int, by: int) -> str:
    names = [*dict.fromkeys(re.findall(r"(?m)^ +(\w+):", text))]
    wires = [*re.finditer(r"(?<=[:\[,] )\w+(?:\.\w+)?(?=[,}\]\n])", text)]
    return exchange(text, wires, names[by % len(names)], at)


def a_name_for_another(text: str, at: int, by: int) -> str:
    found = [*re.finditer(r"\$?[A-Za-z_][\w/]*", text)]
    return exchange(text, found, found[by % len(found)][0], at)


def a_number_for_something(text: str, at: int, by: int) -> str:
    return exchange(text, [*re.finditer(r"\b[0-9.]+\b", text)], VALUES[by % len(VALUES)], at)


def a_line_elsewhere(text: str, at: int, by: int) -> str:
    lines = text.splitlines(keepends=True)
    line = lines.pop(at % len(lines))
    lines.insert(by % len(lines), line)
    return "".join(lines)


def a_line_gone(text: str, at: int, _: int) -> str:
    lines = text.splitlines(keepends=True)
    del lines[at % len(lines)]
    return "".join(lines)


def exchange(text: str, found: list[re.Match[str]], new: str, at: int) -> str:
    if not found:
        return text
    start, end = found[at % len(found)].span()
    return text[:start] + new + text[end:]


CHANGES: list[Change] = [
    a_wire_reads_something_else,
    a_wire_reads_something_else,
    a_name_for_another,
    a_number_for_something,
    a_line_elsewhere,
    a_line_gone,
]

places = st.integers(0, 2**16)


@settings(max_examples=3 * settings().max_examples)
@given(st.sampled_from(SMALL), st.lists(st.tuples(st.sampled_from(CHANGES), places, places), max_size=3))
def test_what_has_no_errors_compiles_and_runs(text: str, changes: list[tuple[Change, int, int]]) -> None:
    for change, at, by in changes:
        text = change(text, at, by)
    try:
        graph = zoo.loads(text)
    except GraphError:
        event("does not read")
        return
    resolution = resolve(graph)
    if not resolution.ok:
        event("has errors")
        with pytest.raises(GraphError):
            graph.compile(device="meta")
        return
    if None in resolution.params.values():
        event("has a param without a value")
        with pytest.raises(GraphError, match="has no value; give it one"):
            graph.compile(device="meta")
        return
    event("runs")
    model = graph.compile()
    try:
        model(inputs_for(resolution, 3, 5, 7, 11, 13, 17, 19, 23))
    except InputError:
        # how long a text may be the checker does not know: no longer than a table of positions
        model(inputs_for(resolution, 1, 1, 1, 1, 1, 1, 1, 1))


def inputs_for(resolution: Resolution, *axes: int) -> dict[str, Tensor]:
    """A tensor for each input, the named axes having the given sizes."""
    left = iter(axes)
    sizes: dict[str, int] = {}
    scope = resolution.root
    found: dict[str, Tensor] = {}
    for name, type_ in scope.inputs.items():
        assert type_ is not None
        shown = scope.shown(type_)
        for axis in shown.shape:
            for word in () if isinstance(axis, int) else axis.atoms():
                if word not in sizes:
                    sizes[word] = next(left)
        found[name] = tensor(shown, sizes)
    return found


def tensor(type_: TensorType, sizes: dict[str, int]) -> Tensor:
    shape = [axis if isinstance(axis, int) else axis.substitute(sizes) for axis in type_.shape]
    whole = [axis for axis in shape if isinstance(axis, int)]
    assert whole == shape
    if type_.dtype == "int":
        return torch.zeros(whole, dtype=torch.long)
    return torch.ones(whole, dtype=torch.bool if type_.dtype == "bool" else torch.float32)


def test_the_library_itself_runs() -> None:
    """The changes begin from files without errors."""
    for text in SMALL:
        resolution = resolve(zoo.loads(text))
        assert resolution.ok
        assert None not in resolution.params.values()
