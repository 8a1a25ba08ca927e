"""Where the future leaks into the past: what the checker says, and where it rightly says nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from tests.zoo.checker.helpers import TRANSFORMER, graph, told
from tests.zoo.checker.layers import REGISTRY
from zoo.checker import check
from zoo.packs import Registry

HEAD = "params: {dim: 14}\ninputs: {tokens: int batch time}\noutputs: {out: last}\n"
EMBED = "  embed: {use: basic/embedding, with: {vocab: 29, dim: $dim}, in: tokens}\n"
ATTEND = "{use: attention/multi_head, with: {heads: 2, causal: %s}, in: {query: %s, key: %s, value: %s}}\n"


def attend(name: str, causal: bool, source: str, memory: str = "") -> str:
    memory = memory or source
    return f"  {name}: " + ATTEND % (str(causal).lower(), source, memory, memory)


def stack(*nodes: str, causal: str = "") -> str:
    return f"{causal}{HEAD}nodes:\n{EMBED}{''.join(nodes)}"


CAUSAL = "causal: [time]\n"
LATER = "this graph is causal along 'time', and 'out' would depend on later 'tokens'"


def test_attention_to_all_in_a_causal_graph() -> None:
    assert told(stack(attend("last", False, "embed"), causal=CAUSAL)) == [
        (
            "t.yaml:9:3: node 'last': attention/multi_head lets a step of 'time' see later ones; "
            f"{LATER}; write with: {{causal: true}}"
        )
    ]
    assert not told(stack(attend("last", True, "embed"), causal=CAUSAL))
    assert not told(stack(attend("last", False, "embed")))


def test_a_layer_that_always_sees_ahead() -> None:
    assert told(stack("  last: {use: basic/reverse, in: embed}\n", causal=CAUSAL)) == [
        (
            "t.yaml:9:3: node 'last': basic/reverse lets a step of 'time' see later ones; "
            f"{LATER}; use a layer that sees only earlier steps"
        )
    ]


def test_what_one_layer_hides_another_shows() -> None:
    """In either order, and only where both lie on the way to one output."""
    said = (
        "attention/multi_head lets a step of 'time' see later ones; '{}' hides them for nothing, as 'out' "
        "depends on later 'tokens' all the same; write with: {{causal: true}}"
    )
    first = stack(attend("open", False, "embed"), attend("last", True, "open"))
    assert told(first) == [f"t.yaml:8:3: warning: node 'open': {said.format('last')}"]
    second = stack(attend("shut", True, "embed"), attend("last", False, "shut"))
    assert told(second) == [f"t.yaml:9:3: warning: node 'last': {said.format('shut')}"]
    apart = stack(attend("open", False, "embed"), attend("last", True, "embed"))
    assert not told(apart.replace("outputs: {out: last}", "outputs: {out: last, other: open}"))


def test_the_masks_of_a_transformer_hide_enough() -> None:
    assert not told(TRANSFORMER.replace("\nparams:", "causal: [target]\n\nparams:", 1))


def test_a_layer_inside_blocks_and_repeats_is_named_once() -> None:
    text = TRANSFORMER.replace("{heads: $heads, causal: true, dropout", "{heads: $heads, dropout")
    (said,) = told(text.replace("\nparams:", "causal: [target]\n\nparams:", 1))
    assert said.startswith("t.yaml:22:7: node 'decoder.0.attend.attend': attention/multi_head lets a step of")
    assert "causal along 'target', and 'logits' would depend on later 'target'" in said


def test_a_cross_attention_may_see_all_of_the_other_sequence() -> None:
    text = TRANSFORMER.replace("\nparams:", "causal: [target, source]\n\nparams:", 1)
    assert not told(text)


SCAN = """\
causal: [time]
inputs: {x: float batch time 14}
outputs: {out: walk.out}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 5, c: zeros batch 5}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
      final: {last: h}
"""


def test_a_scan_from_the_end() -> None:
    assert not told(SCAN)
    assert told(SCAN.replace("over: time\n", "over: time\n      reverse: true\n")) == [
        (
            "t.yaml:7:3: node 'walk': a scan that walks from the end lets a step of 'time' see later ones; "
            "this graph is causal along 'time', and 'out' would depend on later 'x'; leave out reverse: true"
        )
    ]


def test_a_last_state_that_starts_another_scan_over_the_same_steps() -> None:
    again = (
        SCAN[SCAN.index("  walk:") :]
        .replace("  walk:", "  again:")
        .replace("h: zeros batch 5", "h: walk.last")
    )
    text = SCAN.replace("walk.out", "again.out") + again
    assert told(text) == [
        (
            "t.yaml:7:3: node 'walk': a scan's last state takes in all of 'time'; this graph is causal along "
            "'time', and 'out' would depend on later 'x'; leave it out of what is causal"
        )
    ]


def test_attention_of_each_step_to_the_whole_sequence() -> None:
    """Inside the scan the axis is gone, and it comes back where the steps are stacked."""
    nodes = """\
        keys: {use: attention/additive, with: {dim: 5, attention: 14}, in: {query: h, keys: m, values: m}}
        cell: {use: recurrent/lstm_cell, in: {x: keys, h: h, c: c}}
"""
    text = SCAN.replace("each: {x: x}\n", "each: {x: x}\n      const: {m: x}\n")
    text = text.replace("        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}\n", nodes)
    assert "node 'walk.keys': attention/additive takes in all of 'time'" in told(text)[0]


def test_an_axis_that_no_input_has() -> None:
    assert told(stack(attend("last", True, "embed"), causal="causal: [tme]\n")) == [
        "t.yaml:3:10: 'tme' is no axis of an input here (did you mean 'time'?); name one that the inputs have"
    ]


class _Broken(nn.Module):
    """A layer whose rule has a bug."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x


def _raises(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
    return (settings["nothing"],)


def _strays(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
    return ("length",)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (_raises, "its sees_ahead failed: KeyError: 'nothing'"),
        (_strays, "its sees_ahead failed: ValueError: it names 'length', which no input has as an axis"),
    ],
)
def test_a_rule_with_a_bug_is_a_problem_of_its_node(rule: Any, said: str) -> None:
    members = {"__doc__": "Broken.", "sees_ahead": staticmethod(rule)}
    cls = zoo.layer("test/broken")(type("Broken", (_Broken,), members))
    others = [spec.cls for spec in REGISTRY.layers.values()]
    found = check(graph(stack("  last: {use: test/broken, in: embed}\n")), Registry.of(*others, cls))
    assert [str(problem) for problem in found] == [f"t.yaml:8:3: node 'last': test/broken: {said}"]


@pytest.mark.parametrize(
    ("node", "said"),
    [
        ("{use: attention/dot, in: {query: y, keys: y, values: y}}", "takes in all of 'time'"),
        ("{use: attention/multiplicative, in: {query: h, keys: y, values: y}}", "takes in all of 'time'"),
        ("{use: basic/slice_time, with: {start: 1}, in: y}", "lets a step of 'time' see later ones"),
        ("{use: basic/slice_time, with: {stop: -1}, in: y}", ""),
        ("{use: basic/softmax, in: s}", "lets a step of 'time' see later ones"),
        ("{use: basic/entmax, in: s}", "lets a step of 'time' see later ones"),
        ("{use: basic/softmax, in: {x: s, mask: m}}", ""),
    ],
)
def test_the_same_sequence_at_two_ports_or_as_the_last_axis(node: str, said: str) -> None:
    """That an output has the axis, too, does not mean that it keeps the axis of every input."""
    inputs = "{y: float batch time 4, h: float batch 4, s: float batch 2 time, m: bool batch 2 time}"
    head = f"format: zoo/1\nname: t\ncausal: [time]\ninputs: {inputs}\noutputs: {{out: %s}}\n"
    head %= "n.weights" if "query: h" in node else "n"
    text = f"{head}nodes: {{n: {node}}}\n"
    errors = [str(problem) for problem in check(zoo.loads(text)) if problem.severity == "error"]
    assert len(errors) == bool(said)
    assert not said or said in errors[0]
