"""Cells drawn gate by gate run in one call where they are the function of a known cell, and nowhere else."""

from __future__ import annotations

import pytest

import zoo
from tests.zoo.compiler.test_lowerings_fused import assert_equal, compiled, inputs, ran, text
from zoo.compiler import CompiledGraph

SIGMOIDS = """
        from_x: {use: basic/linear, with: {output: 20}, in: x}
        from_h: {use: basic/linear, with: {output: 20, bias: false}, in: h}
        gates: {use: basic/add, in: [from_x, from_h]}
        i_part: {use: basic/slice, with: {stop: 5}, in: gates}
        f_part: {use: basic/slice, with: {start: 5, stop: 10}, in: gates}
        g_part: {use: basic/slice, with: {start: 10, stop: 15}, in: gates}
        o_part: {use: basic/slice, with: {start: -5}, in: gates}
        i: {use: basic/sigmoid, in: i_part}
        f: {use: basic/sigmoid, in: f_part}
        g: {use: basic/tanh, in: g_part}
        o: {use: basic/sigmoid, in: o_part}
        keep: {use: basic/multiply, in: [f, c]}
        write: {use: basic/multiply, in: [i, g]}
        cell: {use: basic/add, in: [keep, write]}
        shown: {use: basic/tanh, in: cell}
        hidden: {use: basic/multiply, in: [o, shown]}"""
LSTM = {
    "state": "{h: first, c: zeros batch 5}",
    "nodes": SIGMOIDS,
    "next": "{h: hidden, c: cell}",
    "out": "hidden",
    "final": "{h: h, c: c}",
    "outputs": "out: walk.out, h: walk.h, c: walk.c",
}
HIDDEN = {"state": "{h: first}", "final": "{h: h}", "outputs": "out: walk.out, h: walk.h"}
RNN = {
    **HIDDEN,
    "nodes": """
        both: {use: basic/concat, in: [x, h]}
        sum: {use: basic/linear, with: {output: 5}, in: both}
        new: {use: basic/relu, in: sum}""",
    "next": "{h: new}",
    "out": "new",
}
GRU = {
    **HIDDEN,
    "nodes": """
        r_x: {use: basic/linear, with: {output: 5}, in: x}
        r_h: {use: basic/linear, with: {output: 5}, in: h}
        z_x: {use: basic/linear, with: {output: 5, bias: false}, in: x}
        z_h: {use: basic/linear, with: {output: 5}, in: h}
        n_x: {use: basic/linear, with: {output: 5}, in: x}
        n_h: {use: basic/linear, with: {output: 5}, in: h}
        r_sum: {use: basic/add, in: [r_x, r_h]}
        z_sum: {use: basic/add, in: [z_x, z_h]}
        r: {use: basic/sigmoid, in: r_sum}
        z: {use: basic/sigmoid, in: z_sum}
        reset: {use: basic/multiply, in: [r, n_h]}
        n_sum: {use: basic/add, in: [n_x, reset]}
        n: {use: basic/tanh, in: n_sum}
        gap: {use: basic/subtract, in: {a: h, b: n}}
        step: {use: basic/multiply, in: [z, gap]}
        new: {use: basic/add, in: [n, step]}""",
    "next": "{h: new}",
    "out": "new",
}


def edited(parts: dict[str, str], *edits: tuple[str, str], **more: str) -> dict[str, str]:
    """A drawing with some things in another way; what replaces "" is a node more."""
    nodes = parts["nodes"]
    for old, new in edits:
        assert old in nodes
        nodes = nodes.replace(old, new, 1) if old else f"{nodes}\n        {new}"
    return {**parts, "nodes": nodes, **more}


def linear(width: int, source: str) -> str:
    return f"{{use: basic/linear, with: {{output: {width}}}, in: {source}}}"


SAME = {
    "lstm": LSTM,
    "lstm, its states the other way round": {
        **LSTM,
        "state": "{c: zeros batch 5, h: first}",
        "next": "{c: cell, h: hidden}",
    },
    "lstm, other rows for its gates": edited(
        LSTM,
        ("sigmoid, in: i_part}", "sigmoid, in: o_part}"),
        ("sigmoid, in: o_part}\n        keep", "sigmoid, in: i_part}\n        keep"),
    ),
    "lstm, one gate for two": edited(LSTM, ("in: [f, c]", "in: [i, c]")),
    "lstm, no bias": edited(LSTM, ("{output: 20}", "{output: 20, bias: false}")),
    "lstm, two biases": edited(LSTM, (", bias: false", "")),
    "lstm, x through another layer": edited(
        LSTM, ("with: {output: 20}, in: x}", "with: {output: 20}, in: wide}"), ("", f"wide: {linear(4, 'x')}")
    ),
    "lstm, h shown through another layer": edited(LSTM, ("", f"shade: {linear(3, 'hidden')}"), out="shade"),
    "rnn, one matrix for x and h": RNN,
    "gru": GRU,
}
"""Drawings of known cells, whichever way."""


@pytest.mark.parametrize("name", SAME)
def test_a_known_cell_is_recognised_and_is_the_loop(name: str) -> None:
    masked = name != "gru"
    source = text(SAME[name], mask=masked, reverse=name == "rnn, one matrix for x and h")
    loop, fused = compiled(source, "loop"), compiled(source, "auto")
    assert fused.explain()["walk"].way == "fused"
    assert list(fused.state_dict()) == list(loop.state_dict())
    given = inputs(float("nan") if masked else 0.5)
    assert_equal(ran(fused, given), ran(loop, given))


MISSES = {
    "lstm: a sigmoid for the candidate": edited(LSTM, ("g: {use: basic/tanh", "g: {use: basic/sigmoid")),
    "lstm: a tanh for a gate": edited(LSTM, ("i: {use: basic/sigmoid", "i: {use: basic/tanh")),
    "lstm: relu for tanh": edited(LSTM, ("shown: {use: basic/tanh", "shown: {use: basic/relu")),
    "lstm: c shown as it is": edited(LSTM, ("in: [o, shown]", "in: [o, cell]")),
    "lstm: the old c shown": edited(LSTM, ("tanh, in: cell}", "tanh, in: c}")),
    "lstm: gates swapped": edited(
        LSTM, ("in: [f, c]", "in: [o, g]"), ("in: [i, g]", "in: [i, c]"), ("in: [o, shown]", "in: [g, shown]")
    ),
    "lstm: the old h kept": edited(LSTM, ("in: [f, c]", "in: [f, h]")),
    "lstm: states crossed": {**LSTM, "next": "{h: cell, c: hidden}"},
    "lstm: no input gate": edited(LSTM, ("in: [keep, write]", "in: [keep, g]")),
    "lstm: a peephole": edited(
        LSTM, ("sigmoid, in: i_part}", "sigmoid, in: see}"), ("", "see: {use: basic/add, in: [i_part, c]}")
    ),
    "lstm: dropout inside": edited(
        LSTM, ("in: [i, g]", "in: [i, less]"), ("", "less: {use: basic/dropout, with: {p: 0.5}, in: g}")
    ),
    "lstm: a number": edited(
        LSTM, ("in: [i, g]", "in: [i, twice]"), ("", "twice: {use: basic/scale, with: {factor: 2.0}, in: g}")
    ),
    "lstm: a norm": edited(
        LSTM, ("in: [o, shown]", "in: [o, even]"), ("", "even: {use: norm/layer_norm, in: shown}")
    ),
    "lstm: c goes on through a layer": edited(
        LSTM, ("", "bent: {use: basic/tanh, in: cell}"), next="{h: hidden, c: bent}"
    ),
    "lstm: a gate shown": {**LSTM, "out": "f"},
    "lstm: no gradient": edited(
        LSTM, ("in: [o, shown]", "in: [o, cut]"), ("", "cut: {use: basic/detach, in: shown}")
    ),
    "rnn: sigmoid": edited(RNN, ("basic/relu", "basic/sigmoid")),
    "rnn: two layers deep": edited(RNN, ("in: sum}", "in: more}"), ("", f"more: {linear(5, 'sum')}")),
    "rnn: no x": {**RNN, "nodes": f"sum: {linear(5, 'h')}\n        new: {{use: basic/tanh, in: sum}}"},
    "gru: 1 - z for z": edited(GRU, ("{a: h, b: n}", "{a: n, b: h}")),
    "gru: z on the wrong side": edited(GRU, ("in: [n, step]", "in: [h, step]")),
    "gru: reset before the matrix": edited(
        GRU,
        (linear(5, "h") + "\n        r_sum", linear(5, "reset") + "\n        r_sum"),
        ("in: [r, n_h]", "in: [r, h]"),
        ("in: [n_x, reset]", "in: [n_x, n_h]"),
    ),
    "gru: tanh for a gate": edited(GRU, ("z: {use: basic/sigmoid", "z: {use: basic/tanh")),
    "gru: no reset": edited(GRU, ("in: [n_x, reset]", "in: [n_x, n_h]")),
}
"""Drawings that are nearly a known cell."""


@pytest.mark.parametrize("name", MISSES)
def test_what_is_only_nearly_a_known_cell_stays_a_loop(name: str) -> None:
    model = zoo.loads(text(MISSES[name])).compile(device="meta")
    assert isinstance(model, CompiledGraph)
    assert model.explain()["walk"].way == "loop"
