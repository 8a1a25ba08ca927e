"""What the text offers at a cursor, in texts that are whole and in texts that are being written."""

from __future__ import annotations

import pytest

from zoo.packs import registry
from zoo_gui.panels.text.complete import Completion, complete
from zoo_gui.panels.text.grammar import Grammar
from zoo_gui.panels.text.nesting import where

TEXT = """\
format: zoo/1
name: small
params: {dim: 5, heads: 2}
inputs:
  tokens: int batch time   # words
blocks:
  ffn:
    about: Two maps.
    params: {hidden: ~}
    inputs: {x: float batch time dim, scale: optional float dim}
    outputs: {add: add, up: up}
    nodes:
      up: {use: basic/linear, with: {output: $hidden}, in: x}
      add: {use: basic/add, in: [x, up]}
nodes:
  embed: {use: basic/embedding, with: {vocab: 11, dim: $dim}, in: tokens}
  mix: {use: ffn, with: {hidden: 8}, in: embed}
  walk:
    scan:
      over: time
      each: {x: embed}
      state: {h: zeros batch $dim, c: zeros batch $dim}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
      final: {last: h}
  again: {reuse: walk, in: tokens}
"""


@pytest.fixture(scope="module")
def grammar() -> Grammar:
    return Grammar(registry())


def offered(grammar: Grammar, after: str, written: str = "") -> Completion:
    """What is offered when ``written`` stands behind the first ``after``, before the rest of the text."""
    at = TEXT.index(after) + len(after)
    return complete(f"{TEXT[:at]}{written}{TEXT[at:]}", at + len(written), grammar)


def words(found: Completion) -> list[str]:
    return [word.text for word in found.words]


END = "final: {last: h}\n"


@pytest.mark.parametrize(
    ("after", "written", "expected"),
    [
        # keys, without those that are there
        (TEXT, "", ["about: ", "requires: ", "causal: ", "outputs: ", "layout: "]),
        (END, "  n: {use: basic/linear, ", ["with: ", "freeze: ", "tie: ", "in: "]),
        (END, "  n:\n    use: basic/linear\n    w", ["with: "]),
        (END, "  n:\n    use: basic/linear\n    with:\n      bia", ["bias: "]),
        (END, "      m", ["mask: "]),
        ("mix: {use: ffn, with: {hidden: 8}, in: embed", ", ", ["freeze: ", "tie: "]),
        ("mix: {use: ffn, with: {", "", []),
        # ports
        ("\nnodes:\n", "  n: {use: ffn, in: {", ["x: ", "scale: "]),
        ("\nnodes:\n", "  n: {use: recurrent/lstm_cell, in: {h: x, ", ["x: ", "c: "]),
        # blocks and nodes
        ("\nnodes:\n", "  n: {use: ffnn", []),
        ("again: {reuse: ", "", ["embed", "mix", "walk"]),
        # wires, of several outputs by their ports, never the node itself
        ("stack: {out: ", "", ["x", "h", "c", "cell.h", "cell.c"]),
        ("again: {reuse: walk, in: ", "", ["tokens", "embed", "mix.add", "mix.up", "walk.out", "walk.last"]),
        ("final: {last: ", "", ["h", "c"]),
        ("    up: {use: basic/linear, with: {output: $hidden}, in: ", "[", ["x", "scale", "add"]),
        # params of the body around
        ("with: {output: ", "$", ["$hidden"]),
        ("vocab: 11, dim: ", "$", ["$dim", "$heads"]),
        # values
        ("\nnodes:\n", "  n: {use: basic/linear, with: {bias: t", ["true"]),
        ("inputs:\n  tokens: ", "fl", ["float"]),
        ("over: ", "ti", ["time"]),
        ("state: {h: ", "ze", ["zeros "]),
        # no words in comments, nor where a person gives names
        ("# words", "", []),
        (END, "  em", []),
        ("\nname: ", "", []),
    ],
)
def test_what_fits_is_offered(grammar: Grammar, after: str, written: str, expected: list[str]) -> None:
    assert words(offered(grammar, after, written)) == expected


def test_layers_are_offered_with_what_they_are(grammar: Grammar) -> None:
    found = offered(grammar, "\nnodes:\n", "  n: {use: lstmc")
    assert found.begun == "lstmc"
    assert found.words[0].text == "recurrent/lstm_cell"
    assert found.words[0].about == registry().layers["recurrent/lstm_cell"].summary
    every = words(offered(grammar, "\nnodes:\n", "  n: {use: "))
    assert every[0] == "ffn"
    assert set(registry().layers) <= set(every)


def test_settings_say_what_they_take(grammar: Grammar) -> None:
    found = offered(grammar, "\nnodes:\n", "  n: {use: basic/linear, with: {")
    about = {word.text: word.about for word in found.words}
    assert about["input: "] == "a whole number > 0"
    assert about["bias: "].endswith("true or false; usually true")


def test_an_open_bracket_above_does_no_harm() -> None:
    spot = where("nodes:\n  a: {use: basic/linear, in: [x\n  b:\n    use: ")
    assert spot.path == ("nodes", "b", "use")
    assert where("a: {b: [x, {c: y}], d").path == ("a",)
    assert where('a: {b: "x, {y", c: ').path == ("a", "c")
    assert where("causal:\n- ti").path == ("causal",)
    assert where("a:  # note\n  b: x # c").written == "#"
