"""The semantic hash: what it sees, and what it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.zoo.files.test_reader import EVERYTHING
from tests.zoo.files.texts import TEXTS
from zoo.files import fmt, loads, read, semantic_hash
from zoo.graph import Frozen, Graph


def hash_of(text: str) -> str:
    reading = read(text)
    assert reading.problems == ()
    return semantic_hash(reading.graph)


def test_it_is_the_same_everywhere_and_always() -> None:
    assert (
        hash_of("format: zoo/1\nname: x\n")
        == "70bb811f36a722cfeab9d65e46ada1c015c4b174f4ff3ee8842e4cbba55b4c60"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: everything", "name: everything  # a comment"),
        ("about: It says all there is to say.\n", ""),
        ("about: A block.", "about: Another."),
        ("requires: [zoo-attention>=1.2]\n", ""),
        ("params:", "causal: [time]\nparams:"),
        ("head: [3, -1], ", ""),
        ("[x, mask]", "[ x , 'mask' ]"),
        ("dim: 8, rate: 1e-4", "rate: 0.0001, dim: 0x8"),
        ("share: true", "share: TRUE"),
        ("dim * 2", "'dim * 2'"),
        ("$n // 2", "$n//2"),
    ],
)
def test_it_does_not_see_what_means_the_same(old: str, new: str) -> None:
    assert old in EVERYTHING
    assert hash_of(EVERYTHING.replace(old, new, 1)) == hash_of(EVERYTHING)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: everything", "name: another"),
        ("dim: 8", "dim: 9"),
        ("dim: 8", "dim: 8.0"),
        ("flag: true", "flag: 'true'"),
        ("y: head, w: head.weights", "w: head.weights, y: head"),
        ("[x, mask]", "[mask, x]"),
        ("share: true", "share: false"),
        ("reverse: true", "reverse: false"),
        ("reverse: true", "reverse: true\n      freeze: true"),
        ("h: zeros batch $dim", "h: learned batch $dim"),
        ("final: {last: h}", "final: {last: c}"),
        ("embed.0.weight", "embed.1.weight"),
        ("basic/linear@2", "basic/linear"),
    ],
)
def test_it_sees_what_means_something_else(old: str, new: str) -> None:
    assert old in EVERYTHING
    assert hash_of(EVERYTHING.replace(old, new, 1)) != hash_of(EVERYTHING)


@pytest.mark.parametrize("name", TEXTS)
def test_it_does_not_see_the_form(name: str) -> None:
    assert hash_of(fmt(TEXTS[name])) == hash_of(TEXTS[name])


def test_it_sees_the_files_that_are_used() -> None:
    graph = loads("format: zoo/1\nname: x\n")
    one, other = (replace(graph, files=Frozen({"f.yaml": Graph(name=name)})) for name in ("a", "b"))
    assert len({semantic_hash(graph), semantic_hash(one), semantic_hash(other)}) == 3
