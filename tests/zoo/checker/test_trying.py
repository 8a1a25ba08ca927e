"""Trying a wire before it is drawn: what an editor shows while somebody drags."""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER, resolved
from zoo.checker import check_wire, resolve
from zoo.edits import Connect
from zoo.errors import EditError
from zoo.graph import Ref
from zoo.wires import End, Part

FOUND = {"seq2seq": resolved(SEQ2SEQ), "transformer": resolved(TRANSFORMER)}


def said(name: str, scope: str, end: tuple[str, Part, str], source: str, index: int | None = None) -> str:
    node, _, port = source.partition(".")
    problem = check_wire(FOUND[name], scope, End(*end, index), Ref(node, port or None))
    return "" if problem is None else f"{problem.code} {problem.port}: {problem.message}".replace(" :", ":")


FITS: list[tuple[str, str, tuple[str, Part, str], str]] = [
    ("seq2seq", "", ("keys", "inputs", "x"), "source_embed"),
    ("seq2seq", "", ("encoder", "each", "x"), "source_embed"),
    ("seq2seq", "", ("encoder", "mask", ""), "source_mask"),
    ("seq2seq", "", ("decoder", "state", "h"), "encoder.c"),
    ("seq2seq", "", ("decoder", "const", "mask"), "source_mask"),
    ("seq2seq", "", ("", "outputs", "more"), "encoder.h"),
    ("seq2seq", "decoder", ("join", "inputs", "xs"), "feed"),
    ("seq2seq", "decoder", ("", "next", "h"), "mix"),
    ("seq2seq", "decoder", ("", "stack", "more"), "cell.c"),
    ("transformer", "", ("encoder", "carry", "x"), "embed"),
    ("transformer", "", ("target_embed", "inputs", "tokens"), "source"),
    ("transformer", "#feed_forward", ("add", "inputs", "b"), "norm"),
    ("transformer", "#encoder_layer", ("feed", "inputs", "x"), "x"),
]


@pytest.mark.parametrize(("name", "scope", "end", "source"), FITS)
def test_it_fits(name: str, scope: str, end: tuple[str, Part, str], source: str) -> None:
    assert said(name, scope, end, source) == ""


REFUSED: list[tuple[str, str, tuple[str, Part, str], str, str]] = [
    (
        "seq2seq",
        "",
        ("keys", "inputs", "x"),
        "source",
        "wire-dtype x: expected float *any input, got int batch source",
    ),
    (
        "seq2seq",
        "",
        ("keys", "inputs", "x"),
        "nothing",
        "wire-unknown: there is no node or input 'nothing' here",
    ),
    ("seq2seq", "", ("keys", "inputs", "x"), "encoder.out2", "wire-port x: 'encoder' has no output 'out2'"),
    ("seq2seq", "", ("keys", "inputs", "y"), "encoder.out", "port-unknown: basic/linear has no input 'y'"),
    (
        "seq2seq",
        "",
        ("encoder", "each", "x"),
        "target_embed",
        "scan-axis: no input of this scan has the axis 'source'",
    ),
    (
        "seq2seq",
        "",
        ("encoder", "mask", ""),
        "source",
        "scan-mask: a mask is bool, with the axis 'source' once",
    ),
    ("seq2seq", "", ("decoder", "state", "h"), "source_embed", "wire-shape h: expected float batch 64"),
    ("seq2seq", "", ("source_embed", "inputs", "tokens"), "decoder.logits", "cycle: cycle source_embed -> "),
    (
        "seq2seq",
        "decoder",
        ("feed", "inputs", "xs"),
        "attend.out",
        "cycle: cycle decoder.feed -> decoder.cell",
    ),
    (
        "seq2seq",
        "decoder",
        ("", "next", "h"),
        "feed",
        "scan-state: the state 'h' is float batch 64 at the start",
    ),
    (
        "seq2seq",
        "decoder",
        ("attend", "inputs", "keys"),
        "memory",
        "wire-shape keys: expected float batch source 32",
    ),
    (
        "transformer",
        "",
        ("encoder", "carry", "x"),
        "source",
        "wire-dtype x: expected float batch source dim, got int",
    ),
    (
        "transformer",
        "",
        ("decoder", "inputs", "memory"),
        "target_position",
        "wire-shape mask: expected bool batch target",
    ),
    (
        "transformer",
        "#decoder_layer",
        ("add", "inputs", "b"),
        "memory",
        "wire-shape b: expected float batch target 64",
    ),
    (
        "transformer",
        "#decoder_layer",
        ("feed", "inputs", "x"),
        "mask",
        "wire-optional x: this input is required",
    ),
]


@pytest.mark.parametrize(("name", "scope", "end", "source", "expected"), REFUSED)
def test_it_does_not_fit(
    name: str, scope: str, end: tuple[str, Part, str], source: str, expected: str
) -> None:
    assert said(name, scope, end, source).startswith(expected)


def test_one_of_several_wires() -> None:
    assert said("seq2seq", "decoder", ("join", "inputs", "xs"), "keys", 1).startswith("wire-shape xs.1: ")
    assert said("seq2seq", "decoder", ("join", "inputs", "xs"), "context", 2) == ""


def test_a_node_that_is_not_there() -> None:
    with pytest.raises(EditError, match=r"there is no node 'kays' here \(did you mean 'keys'\?\)"):
        said("seq2seq", "", ("kays", "inputs", "x"), "source_embed")


def test_in_a_body_that_nothing_is_known_of_every_wire_may_fit() -> None:
    assert said("seq2seq", "#nowhere", ("a", "inputs", "x"), "b") == ""


def test_trying_leaves_the_resolution_as_it_was() -> None:
    before = [str(problem) for problem in FOUND["seq2seq"].problems]
    nodes = dict(FOUND["seq2seq"].root.nodes)
    said("seq2seq", "", ("keys", "inputs", "x"), "source")
    assert [str(problem) for problem in FOUND["seq2seq"].problems] == before == []
    assert dict(FOUND["seq2seq"].root.nodes) == nodes


@pytest.mark.parametrize(("name", "scope", "end", "source", "expected"), REFUSED)
def test_what_is_refused_is_a_problem_once_it_is_drawn(
    name: str, scope: str, end: tuple[str, Part, str], source: str, expected: str
) -> None:
    node, _, port = source.partition(".")
    edit = Connect(scope, End(*end), Ref(node, port or None))
    try:
        after = edit.change(FOUND[name].graph)
    except EditError:
        return  # edits refuse wires to nothing and cycles themselves
    from tests.zoo.checker.layers import REGISTRY

    assert {problem.code for problem in resolve(after, REGISTRY).problems} & {
        expected.partition(" ")[0].rstrip(":")
    }
