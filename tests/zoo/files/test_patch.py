"""Single changes of a text, each with the text that comes out."""

from __future__ import annotations

import pytest

from zoo.files.patch import patch
from zoo.files.scalars import Plain, resolve
from zoo.files.source import Source
from zoo.files.tree import Mapping, Marked, Scalar, Sequence


def plain(node: Marked | None) -> Plain:
    """The values of any text."""
    if isinstance(node, Mapping):
        return {name: plain(value) for name, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.text if node.style else resolve(node.text)


def values(text: str) -> dict[str, Plain]:
    found = plain(Source("", text).tree.root)
    assert isinstance(found, dict)
    return found


def changed(text: str, new: dict[str, Plain]) -> str:
    """A text after its ``params`` have become ``new``."""
    base = values(text)
    wanted: dict[str, Plain] = {**base, "params": new}
    after = patch(Source("", text), base, wanted)
    assert after is not None
    assert values(after) == wanted
    return after


CASES: dict[str, tuple[str, dict[str, Plain], str]] = {
    "a value": ("params: {a: 1, b: 2}  # x\n", {"a": 10, "b": 2}, "params: {a: 10, b: 2}  # x\n"),
    "a value in quotes keeps them": ("params: {a: 'x'}\n", {"a": "y"}, "params: {a: 'y'}\n"),
    "a value that needs quotes": ("params: {a: x}\n", {"a": "x: y"}, "params: {a: 'x: y'}\n"),
    "a comment keeps its column": (
        "params:\n  a: one     # x\n  b: two     # y\n",
        {"a": "three", "b": "two"},
        "params:\n  a: three   # x\n  b: two     # y\n",
    ),
    "a comment makes room": ("params:\n  a: 1   # x\n", {"a": 123456}, "params:\n  a: 123456  # x\n"),
    "a key": ("params:\n  a: 1  # x\n  b: 2\n", {"c": 1, "b": 2}, "params:\n  c: 1  # x\n  b: 2\n"),
    "a key in quotes": ("params: {'a': 1}\n", {"b": 1}, "params: {'b': 1}\n"),
    "an entry between braces": (
        "params: {a: 1, b: 2}\n",
        {"a": 1, "c": 3, "b": 2},
        "params: {a: 1, c: 3, b: 2}\n",
    ),
    "a first entry": ("params: { b: 2 }\n", {"a": 1, "b": 2}, "params: { a: 1, b: 2 }\n"),
    "a last entry": ("params: {a: 1,}\n", {"a": 1, "b": 2}, "params: {a: 1, b: 2,}\n"),
    "no longer an entry": ("params: {a: 1, b: 2, c: 3}\n", {"a": 1, "c": 3}, "params: {a: 1, c: 3}\n"),
    "no longer the first": ("params: {a: 1, b: 2}\n", {"b": 2}, "params: {b: 2}\n"),
    "no longer the last": ("params: {a: 1, b: 2}\n", {"a": 1}, "params: {a: 1}\n"),
    "braces over lines": (
        "params: {\n  a: 1,  # one\n  # two\n  b: 2\n}\n",
        {"a": 1, "c": 3, "b": 2, "d": 4},
        "params: {\n  a: 1,  # one\n  c: 3,\n  # two\n  b: 2,\n  d: 4\n}\n",
    ),
    "fewer in braces over lines": (
        "params: {\n  a: 1,  # one\n  # two\n  b: 2,  # second\n  c: 3  # three\n}\n",
        {"a": 1, "c": 3},
        "params: {\n  a: 1,  # one\n  c: 3  # three\n}\n",
    ),
    "the first in braces over lines": (
        "params: {a: 1,  # one\n         b: 2}\n",
        {"b": 2},
        "params: {b: 2}\n",
    ),
    "the last in braces over lines": (
        "params: {a: 1,  # one\n         b: 2}\n",
        {"a": 1},
        "params: {a: 1  # one\n         }\n",
    ),
    "an entry on a line of its own": (
        "params:\n  a: 1  # x\n  b: 2\n",
        {"a": 1, "c": [1, 2], "b": 2},
        "params:\n  a: 1  # x\n  c: [1, 2]\n  b: 2\n",
    ),
    "behind the comments that close an entry": (
        "params:\n  a:\n    x: 1\n    # end of a\n  b: 2\n",
        {"a": {"x": 1}, "c": 3, "b": 2},
        "params:\n  a:\n    x: 1\n    # end of a\n  c: 3\n  b: 2\n",
    ),
    "before the comment of the next": (
        "params:\n  a: 1\n  # about b\n  b: 2\n",
        {"a": 1, "c": 3, "b": 2},
        "params:\n  a: 1\n  c: 3\n  # about b\n  b: 2\n",
    ),
    "before the first and its comment": (
        "params:\n  # about a\n  a: 1\n",
        {"b": 2, "a": 1},
        "params:\n  b: 2\n  # about a\n  a: 1\n",
    ),
    "between blank lines as the others": (
        "params:\n    a: 1\n\n    b: 2\n\n    c: 3\n",
        {"a": 1, "b": 2, "x": 0, "c": 3, "y": 0},
        "params:\n    a: 1\n\n    b: 2\n\n    x: 0\n\n    c: 3\n\n    y: 0\n",
    ),
    "not between blank lines that divide groups": (
        "params:\n  a: 1\n  b: 2\n\n  c: 3\n  d: 4\n",
        {"a": 1, "b": 2, "x": 0, "c": 3, "y": 0, "d": 4},
        "params:\n  a: 1\n  b: 2\n  x: 0\n\n  c: 3\n  y: 0\n  d: 4\n",
    ),
    "at the end without a break": ("params:\n  a: 1", {"a": 1, "b": 2}, "params:\n  a: 1\n  b: 2"),
    "with the breaks of the text": (
        "params:\r\n  a: 1\r\n",
        {"a": 1, "b": 2},
        "params:\r\n  a: 1\r\n  b: 2\r\n",
    ),
    "gone with its own comment": (
        "params:\n  # all of them\n\n  # one\n  # more on one\n  a: 1  # beside\n  b: 2\n",
        {"b": 2},
        "params:\n  # all of them\n\n  b: 2\n",
    ),
    "gone with its blank line": (
        "params:\n  a: 1\n\n  b: 2\n\n  c: 3\n",
        {"a": 1, "c": 3},
        "params:\n  a: 1\n\n  c: 3\n",
    ),
    "the first gone with the blank line behind it": (
        "params:\n  a: 1\n\n  b: 2\n\n  c: 3\n",
        {"b": 2, "c": 3},
        "params:\n  b: 2\n\n  c: 3\n",
    ),
    "the last gone with the blank line before it": (
        "params:\n  a: 1\n\n  b: 2\n\nnodes: {}\n",
        {"a": 1},
        "params:\n  a: 1\n\nnodes: {}\n",
    ),
    "all others": (
        "params:\n  a: 1\n\n  b: 2\n  c: 3\nnodes: {}\n",
        {"x": [1], "y": "z"},
        "params:\n  x: [1]\n  y: z\nnodes: {}\n",
    ),
    "another place": (
        "params:\n  # one\n  a: 1  # x\n  b: 2\n  c: 3\n",
        {"b": 2, "c": 3, "a": 1},
        "params:\n  b: 2\n  c: 3\n  # one\n  a: 1  # x\n",
    ),
    "a comment between braces stays": (
        "params: {  # none yet\n}\n",
        {"a": 1, "b": 2},
        "params: {  # none yet\n  a: 1,\n  b: 2\n}\n",
    ),
    "comments between braces stay": (
        "params:\n  a: {\n      # none yet\n\n      # really none\n    }  # x\n",
        {"a": {"b": "c"}},
        "params:\n  a: {\n      # none yet\n\n      # really none\n      b: c\n    }  # x\n",
    ),
    "a comment between brackets stays": (
        "params:\n  a: [ # none\n  ]\n",
        {"a": ["b", "c"]},
        "params:\n  a: [ # none\n    b,\n    c\n  ]\n",
    ),
    "a word becomes braces": (
        "params:\n  a: x  # y\n",
        {"a": {"b": "x", "c": "d"}},
        "params:\n  a: {b: x, c: d}  # y\n",
    ),
    "braces become a word": ("params: {a: {b: 1}, c: 2}\n", {"a": "x", "c": 2}, "params: {a: x, c: 2}\n"),
    "lines become a word": (
        "params:\n  a:  # y\n    b: 1\n    c: 2\n  d: 3\n",
        {"a": "x", "d": 3},
        "params:\n  a: x  # y\n  d: 3\n",
    ),
    "braces too long for a line become lines": (
        "params:\n  a: x  # y\n  d: 3\n",
        {"a": {"k" * 50: "v" * 50, "l": 1}, "d": 3},
        f"params:\n  a:  # y\n    {'k' * 50}: {'v' * 50}\n    l: 1\n  d: 3\n",
    ),
    "nothing becomes a word": (
        "params:\n  a:\n  b:  # x\n",
        {"a": 1, "b": 2},
        "params:\n  a: 1\n  b: 2  # x\n",
    ),
    "nothing becomes a word between braces": (
        "params: {a: , b}\n",
        {"a": 1, "b": 2},
        "params: {a: 1, b: 2}\n",
    ),
    "a heading without entries gets one": (
        "params:  # x\nnodes: 1\n",
        {"a": 1},
        "params: {a: 1}  # x\nnodes: 1\n",
    ),
    "an item": ("params: {a: [1, 2]}\n", {"a": [1, 3, 2]}, "params: {a: [1, 3, 2]}\n"),
    "an item less": ("params: {a: [x, y, z]}\n", {"a": ["x", "z"]}, "params: {a: [x, z]}\n"),
    "an item on a line of its own": (
        "params:\n  a:\n    - x  # 1\n    - y\n",
        {"a": ["x", "z", "y"]},
        "params:\n  a:\n    - x  # 1\n    - z\n    - y\n",
    ),
    "an item on a line of its own less": (
        "params:\n  a:\n  - x\n  # about y\n  - y\n  - z  # 3\n",
        {"a": ["x", "z"]},
        "params:\n  a:\n  - x\n  - z  # 3\n",
    ),
    "a text of several lines": (
        "params:\n  a: |\n    one\n    two\n  b: 1\n",
        {"a": "one\nthree\n", "b": 1},
        "params:\n  a: |\n    one\n    three\n  b: 1\n",
    ),
    "a text that grows too long": (
        "params:\n  a: short\n",
        {"a": "many words " * 10 + "end"},
        "params:\n  a: >-\n    " + "many words " * 8 + "many\n    words many words end\n",
    ),
    "a long text before a comment": (
        "params:\n  a: short  # x\n",
        {"a": "many words " * 10 + "end"},
        "params:\n  a: " + "many words " * 10 + "end  # x\n",
    ),
    "deep inside": (
        "params:\n  a: {b: [1, {c: x}], d: 2}  # y\n",
        {"a": {"b": [1, {"c": "z"}], "d": 2}},
        "params:\n  a: {b: [1, {c: z}], d: 2}  # y\n",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change(case: str) -> None:
    before, new, after = CASES[case]
    assert changed(before, new) == after


@pytest.mark.parametrize("case", CASES)
def test_no_change(case: str) -> None:
    text = CASES[case][0]
    base = values(text)
    assert patch(Source("", text), base, base) == text


def test_a_form_that_is_not_changed_piece_by_piece_is_written_anew() -> None:
    text = "params:\n  a: {b: 1\n    , c: 2}  # x\n  d: 3\n"
    assert changed(text, {"a": {"c": 2}, "d": 3}) == "params:\n  a: {c: 2}  # x\n  d: 3\n"
