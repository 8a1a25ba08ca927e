"""Files that were damaged by chance: never anything but problems, and what reads is written as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoo.mutants import mutant
from zoo.errors import GraphError
from zoo.files import dumps, fmt, read
from zoo.files.disk import decode
from zoo.files.report import MOST
from zoo.problems import Problem, has_errors


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


ODD = [
    b"",
    b"\xef\xbb\xbf",
    b"a",
    b"- a",
    b"{",
    b"format: zoo/1\nname: x\nnodes: {a: {use: p/q, with: {b: {? c}}}}\n",
]


@pytest.mark.parametrize("data", ODD)
def test_a_file_that_is_hardly_one(data: bytes) -> None:
    examine(data)


def damaged(numbers: range) -> None:
    """Examine mutants."""
    for number in numbers:
        try:
            examine(mutant(number))
        except Exception as error:
            error.add_note(f"mutant({number})")
            raise


@pytest.mark.parametrize("part", range(5))
def test_a_damaged_file_has_problems_and_nothing_else(part: int) -> None:
    damaged(range(part * 60, part * 60 + 60))


@pytest.mark.long
@pytest.mark.parametrize("part", range(5))
def test_five_thousand_damaged_files(part: int) -> None:
    damaged(range(part * 1000, part * 1000 + 1000))


@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_at_all(data: bytes) -> None:
    examine(data)


@given(st.text(st.characters(), max_size=30))
def test_any_text_at_all(text: str) -> None:
    reading = read(text)
    assert reading.problems
    assert dumps(reading.graph) == text
