"""The marked tree: every part knows its characters, and what is not of the format is reported where it
stands.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.zoo.files.texts import TEXTS
from zoo.files.compose import DEEPEST, MOST, compose
from zoo.files.source import Source
from zoo.files.tree import Mapping, Marked, Scalar, Sequence


def scalars(node: Marked | None) -> Iterator[Scalar]:
    if isinstance(node, Scalar):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.entries.values():
            yield key
            yield from scalars(value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from scalars(item)


@pytest.mark.parametrize("name", TEXTS)
def test_every_part_has_its_own_characters(name: str) -> None:
    text = TEXTS[name]
    tree = compose(text)
    assert tree.flaws == []
    found = list(scalars(tree.root))
    assert len(found) > 20
    for scalar in found:
        own = text[scalar.start : scalar.end]
        if not scalar.style:
            assert " ".join(own.split()) == scalar.text
        else:
            assert own[0] == scalar.style
            assert own == own.strip()
    ends = [scalar.end for scalar in found]
    assert all(start >= end for end, start in zip(ends, [scalar.start for scalar in found][1:], strict=False))


def test_positions_count_characters_not_bytes() -> None:
    source = Source("x.yaml", "a: '😀é'\nb: {ü: 1}\n")
    assert str(source.place(("b", "ü"))) == "x.yaml:2:8"
    assert str(source.place(("b", "ü"), key=True)) == "x.yaml:2:5"


def test_a_byte_order_mark_takes_no_column() -> None:
    source = Source("", "\ufeffa: 1\n")
    assert source.place(("a",)).column == 4
    assert source.place(("a",), key=True).column == 1


def only_flaw(text: str) -> tuple[str, int, int, str]:
    """Code, line, column and sentence of the one thing that is wrong with a text."""
    source = Source("", text)
    (flaw,) = source.tree.flaws
    place = source.at(flaw.at)
    return flaw.code, place.line, place.column, f"{flaw.message}; {flaw.remedy}"


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "says"),
    [
        ("a: !!int 3", "yaml-tag", 1, 4, "'!!int' is a YAML tag"),
        ("a: !x {b: 1}", "yaml-tag", 1, 4, "'!x' is a YAML tag"),
        ("a: !!python/object:os.system [1]", "yaml-tag", 1, 4, "python/object"),
        ("a: &x 3", "yaml-anchor", 1, 4, "'&x' is a YAML anchor"),
        ("a: *x", "yaml-alias", 1, 4, "'*x' is a YAML alias"),
        ("a:\n  <<: {b: 1}", "yaml-key", 2, 3, "'<<' (merge)"),
        ("? a\n: 1", "yaml-key", 1, 3, "question mark"),
        ("a: {? b : 1}", "yaml-key", 1, 7, "question mark"),
        ("{[1, 2]: 3, b: 4}", "yaml-key", 1, 2, "a key is a word"),
        ("{{a: {b: 1}}: 3}", "yaml-key", 1, 2, "a key is a word"),
        ("a: 1\nb: 2\na: 3", "yaml-duplicate-key", 3, 1, "'a' stands twice in one mapping, first in line 1"),
        ("a: 1\n--- \nb: 2", "yaml-documents", 2, 1, "a second document begins"),
        ("%YAML 1.2\n---\na: 1", "yaml-directive", 1, 1, "lines that begin with %"),
        ('a: "\\0"\nb: \x00', "yaml-character", 2, 4, "U+0000 (NUL)"),
        ("a: b\u2028c", "yaml-character", 1, 5, "U+2028"),
        ("a: b\x85c", "yaml-character", 1, 5, "U+0085"),
        ("a: 1\n\ufeffb: 1", "yaml-character", 2, 1, "byte order mark"),
        ("a: \ud800", "yaml-character", 1, 4, "U+D800"),
        ("[" * 41 + "]" * 41, "yaml-depth", 1, 41, "40 levels deep at most"),
    ],
)
def test_what_is_not_of_the_format_is_named(text: str, code: str, line: int, column: int, says: str) -> None:
    found = only_flaw(text)
    assert found[:3] == (code, line, column)
    assert says in found[3]


def test_flaws_do_not_hide_each_other() -> None:
    text = "a: &x 1\nb: *x\na: 2\nc: !t 3\n[d]: 4\ne: 5\n"
    tree = compose(text)
    assert [flaw.code for flaw in tree.flaws] == [
        "yaml-anchor",
        "yaml-alias",
        "yaml-duplicate-key",
        "yaml-tag",
        "yaml-key",
    ]
    assert isinstance(tree.root, Mapping)
    assert list(tree.root.entries) == ["a", "b", "c", "e"]


def test_the_first_of_two_equal_keys_is_kept() -> None:
    root = compose("{a: 1, a: 2}").root
    assert isinstance(root, Mapping)
    value = root.entries["a"][1]
    assert isinstance(value, Scalar)
    assert value.text == "1"


def test_flaws_are_bounded() -> None:
    assert len(compose("a: [" + "*x, " * 5000 + "]").flaws) == MOST


def test_a_collection_may_be_as_deep_as_allowed() -> None:
    assert compose("[" * DEEPEST + "]" * DEEPEST).flaws == []


@given(st.text(st.sampled_from("ab:,-?#'\"|>&*!%@`{}[]\n\t \\0x"), max_size=40))
def test_no_text_ends_in_anything_but_flaws(text: str) -> None:
    tree = compose(text)
    for flaw in tree.flaws:
        assert 0 <= flaw.at <= len(text)
    for scalar in scalars(tree.root):
        assert 0 <= scalar.start <= scalar.end <= len(text)
