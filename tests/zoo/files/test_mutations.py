"""Files that were damaged by chance: never anything but problems, and what reads is written as it was."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.zoo.files.test_reader import EVERYTHING
from tests.zoo.files.texts import TEXTS
from zoo.errors import GraphError
from zoo.files import dumps, fmt, read
from zoo.files.disk import decode
from zoo.files.report import MOST
from zoo.problems import Problem, has_errors

WHOLE = [text.encode() for text in (*TEXTS.values(), EVERYTHING)]

SNIPPETS = [
    *b" \n\t:,{}[]#&*!|>'\"%@`$~-?.0\x00\xff\x80",
    *"é\u2028\ufeff".encode(),
]
PIECES = st.sampled_from(
    [bytes([byte]) for byte in SNIPPETS]
    + [
        *(b": ", b"- ", b" #", b"\r\n", b"\n\n", b"\n  ", b"---\n", b"...\n", b"<<: ", b"{}", b"[]", b"''"),
        *(
            b"null",
            b"true",
            b"012",
            b"1e999",
            b".nan",
            b"$",
            b"$$",
            b"$x +",
            b"use: ",
            b"in: ",
            b"scan: {",
            b"repeat: ",
        ),
        *(
            b"&a ",
            b"*a",
            b"!!str ",
            b"\xef\xbb\xbf",
            b"\xc2\x85",
            b"\xed\xa0\x80",
            b"zeros",
            b"optional",
            b"a.b",
        ),
    ]
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A whole file with a few pieces put in, taken out, doubled or exchanged."""
    data = draw(st.sampled_from(WHOLE))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from([0, 0, 1, 2, 5, 20, 200])))
        other = draw(st.integers(0, len(data)))
        middle = draw(
            st.one_of(
                PIECES,
                st.just(b""),
                st.just(data[start:end] * 2),
                st.just(data[other : other + 30]),
                st.binary(max_size=4),
            )
        )
        data = data[:start] + middle + data[end:]
    return data


def examine(data: bytes) -> None:
    """Read, check what is promised, and write again."""
    text = decode(data, "x.yaml")
    if isinstance(text, Problem):
        assert text.code == "encoding"
        return
    reading = read(text, "x.yaml")
    assert len(reading.problems) <= MOST + 1
    for problem in reading.problems:
        assert problem.place is not None
        assert problem.place.file == "x.yaml"
        assert 1 <= problem.place.line <= text.count("\n") + text.count("\r") + 1
        assert problem.message
        assert "\n" not in str(problem)
        assert len(str(problem)) < 1500
    # also a graph that was read in part saves as it was
    assert dumps(reading.graph) == text
    if has_errors(reading.problems):
        with pytest.raises(GraphError):
            fmt(text)
    else:
        assert read(fmt(text)).graph == reading.graph


@settings(max_examples=settings().max_examples * 3)
@given(damaged())
@example(b"")
@example(b"\xef\xbb\xbf")
@example(b"a")
@example(b"- a")
@example(b"{")
@example(b"format: zoo/1\nname: x\nnodes: {a: {use: p/q, with: {b: {? c}}}}\n")
def test_a_damaged_file_has_problems_and_nothing_else(data: bytes) -> None:
    examine(data)


@pytest.mark.long
@settings(max_examples=5000)
@given(damaged())
def test_five_thousand_damaged_files(data: bytes) -> None:
    examine(data)


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_at_all(data: bytes) -> None:
    examine(data)


@given(st.text(st.characters(), max_size=30))
def test_any_text_at_all(text: str) -> None:
    reading = read(text)
    assert reading.problems
    assert dumps(reading.graph) == text
