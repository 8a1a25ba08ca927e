"""Texts that are no YAML: where they break, in words that a person who has never heard of a token
understands.
"""

from __future__ import annotations

import re

import pytest

from zoo.files.compose import compose
from zoo.files.source import Source
from zoo.files.syntax import Flaw

BROKEN = {
    "a: b: c": (1, 5, "this ':' makes no 'key: value'"),
    "a\nb: c": (2, 2, "this ':' makes no 'key: value'"),
    "a: 1\nhello\nb: 2": (2, 1, "this line is no 'key: value'"),
    "a: b\n c: d": (2, 3, "this ':' makes no 'key: value'"),
    "a: {b: c": (1, 4, "the '{' that opens here is not closed"),
    "a: {b: [c, d}": (1, 13, "'}' stands where the '[' before it needs ',' or ']'"),
    "a: [b": (1, 4, "the '[' that opens here is not closed"),
    "a: {": (1, 4, "the '{' that opens here is not closed"),
    "a: {b: c\nd: e": (2, 1, "'d:' stands where the '{' of a line above needs ',' or '}'"),
    "a: {b: c\n  d: e}": (2, 3, "write the '}' that it lacks, or the comma between entries"),
    "a: 1\nb {c: d, e: f}": (2, 1, "'b' lacks its colon; write 'b: {…'"),
    "a: {b: c d: e}": (1, 11, "put a comma between entries"),
    "a: {x: float [B, T]}": (1, 14, "types are words with spaces, 'float batch time'"),
    "a: [b, , c]": (1, 8, "','"),
    "a: }": (1, 4, "'}' closes nothing"),
    "{a: b}}": (1, 7, "the graph ended above"),
    "a: 'b": (1, 4, "the quote that opens here is not closed"),
    "a: 'it's'": (1, 8, "does not continue the mapping above"),
    'a: "\\q"': (1, None, "no escape that double quotes know"),
    "\ta: b": (1, 1, "a tab stands where spaces indent; indent with spaces"),
    "a:\n\tb: c": (2, 1, "a tab stands where spaces indent"),
    "a: @b": (1, 4, "'@b' cannot begin a value"),
    "a: `b`": (1, 4, "'`b`' cannot begin a value"),
    "a: %b": (1, 4, "'%b' cannot begin a value"),
    "a:\n  b: 1\n c: 2": (3, 2, "begins in column 2, where no mapping above begins"),
    "a:\n    b: 1\n  c: 2": (3, 3, "begins in column 3, where no mapping above begins"),
    "- a\nb: c": (2, 1, "does not continue the list above"),
    "a: - b": (1, 4, "a list item cannot begin here"),
    "a: *": (1, 5, "'*' begins a YAML alias"),
    "a: &": (1, 5, "'&' begins a YAML anchor"),
    "a: !<": (1, None, "'!' begins a YAML tag"),
    "a: !x!y z": (1, 4, "'!' begins a YAML tag"),
    "a: | b\n  c": (1, 6, "begin the text on the next line"),
    "a: |0\n b": (1, None, "cannot stand behind '|'"),
    "a: ? b": (1, 4, "a question mark cannot begin a value"),
    "%YAML 3.0\n---\na: b": (1, 1, "lines that begin with %"),
    "a: 'b' c": (1, 8, "'c' does not continue the mapping above"),
}

JARGON = re.compile(
    r"token|scalar|block (end|mapping|sequence|collection)|<|flow|stream|node content|indicator|handle|URI"
)


def flaw_of(text: str) -> tuple[Flaw, Source]:
    source = Source("", text)
    (flaw,) = source.tree.flaws
    return flaw, source


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_text_is_explained(text: str) -> None:
    line, column, says = BROKEN[text]
    flaw, source = flaw_of(text)
    place = source.at(flaw.at)
    assert flaw.code in {"yaml-syntax", "yaml-directive"}
    assert says in f"{flaw.message}; {flaw.remedy}"
    assert place.line == line
    assert column in (None, place.column)


@pytest.mark.parametrize("text", BROKEN)
def test_the_explanation_has_no_jargon(text: str) -> None:
    flaw, _ = flaw_of(text)
    assert not JARGON.search(f"{flaw.message}; {flaw.remedy}")
    assert flaw.remedy


def test_a_byte_order_mark_does_not_shift_what_is_explained() -> None:
    flaw, source = flaw_of("\ufeffa: b: c")
    assert source.text[flaw.at] == ":"


def test_only_the_parser_without_libyaml_refuses_a_question_mark_in_braces(parser: str) -> None:
    flaws = compose("{a: bool? b}").flaws
    assert parser == "libyaml" or "'optional float batch time'" in flaws[0].remedy
