"""Words: what they mean, what they do not, and that every value is read back as it was written."""

from __future__ import annotations

import math

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import scalars, texts
from zoo.files.compose import compose
from zoo.files.scalars import is_bare, resolve, word
from zoo.files.text import WordError
from zoo.files.tree import Mapping, Scalar


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("0x1F", 31),
        ("0o17", 15),
        ("9223372036854775807", 2**63 - 1),
        ("1e-4", 1e-4),
        ("1E5", 1e5),
        ("5.", 5.0),
        (".5", 0.5),
        ("-0.0", -0.0),
        ("1.0", 1.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        # what YAML 1.1 takes for booleans, dates, times and numbers
        ("on", "on"),
        ("No", "No"),
        ("yes", "yes"),
        ("y", "y"),
        ("2024-01-01", "2024-01-01"),
        ("1:30", "1:30"),
        ("=", "="),
        ("nUll", "nUll"),
        ("-", "-"),
        (".", "."),
        ("1.2.3", "1.2.3"),
        ("1,000", "1,000"),
        ("0b11", "0b11"),
        ("12a", "12a"),
        ("+", "+"),
    ],
)
def test_a_word_has_one_meaning(text: str, value: object) -> None:
    assert repr(resolve(text)) == repr(value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("012", "write 12, or quote it"),
        ("-007", "write -7, or quote it"),
        ("1_000", "write 1000, or quote it"),
        (".nan", "is no number"),
        ("1e999", "write .inf for infinity"),
        ("9223372036854775808", "between ±(2^63 - 1)"),
        ("1" * 5000, "at most 64 characters"),
    ],
)
def test_a_number_that_readers_disagree_about_is_refused(text: str, says: str) -> None:
    with pytest.raises(WordError) as error:
        resolve(text)
    assert says in str(error.value)
    assert len(str(error.value)) < 300


def read_back(text: str) -> object:
    """The value at ``a`` of a text."""
    tree = compose(text)
    assert tree.flaws == []
    assert isinstance(tree.root, Mapping)
    node = tree.root.entries["a"][1]
    assert isinstance(node, Scalar)
    return node.text if node.style else resolve(node.text)


@given(scalars | st.text(st.characters(exclude_categories=("Cs",))), st.sampled_from(["", "'", '"']))
def test_every_value_is_read_back(value: bool | float | str | None, quote: str) -> None:
    style = quote if isinstance(value, str) else ""
    for text in (f"a: {word(value, False, style)}\n", f"{{a: {word(value, True, style)}}}\n"):
        back = read_back(text)
        assert type(back) is type(value)
        assert repr(back) == repr(value)


@given(texts)
def test_what_is_written_without_quotes_is_text_to_every_reader(value: str) -> None:
    if is_bare(value):
        assert yaml.safe_load(f"[{value}]") == [value]
    if is_bare(value, flow=False):
        assert yaml.safe_load(f"a: {value}") == {"a": value}


@pytest.mark.parametrize(
    "value", ["on", "No", "2024-01-01", "1:30", "=", "1_0", "<<", "0o7", "12", "a: b", "x #", "?"]
)
def test_words_that_other_readers_take_for_something_else_are_quoted(value: str) -> None:
    assert word(value) == f"'{value}'"


@pytest.mark.parametrize(
    "value", ["$dim * 4", "pack/layer@2", "float batch time-1", "it's", "n.h", "größe", "-($a)"]
)
def test_ordinary_words_are_not_quoted(value: str) -> None:
    assert word(value) == value


@pytest.mark.parametrize(
    ("value", "text"),
    [(1e-4, "1e-4"), (2.5e-4, "2.5e-4"), (-1e-7, "-1e-7"), (0.001, "0.001"), (1e22, "1e22")],
)
def test_a_small_number_is_written_as_people_do(value: float, text: str) -> None:
    assert word(value) == text


@pytest.mark.parametrize("value", [math.nan, 2**63, "\ud800"])
def test_what_no_file_can_say_is_refused(value: float | str) -> None:
    with pytest.raises(WordError, match="cannot be written"):
        word(value)
