"""Deep post-norm stacks: a note where there is one, and not a word elsewhere."""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import problems

PARTS = "in: {query: x, key: x, value: x}"
POST = f"""\
      attend: {{use: attention/multi_head, with: {{heads: 2}}, {PARTS}}}
      add_attend: {{use: basic/add, in: [x, attend]}}
      attend_norm: {{use: norm/layer_norm, in: add_attend}}
      ffn: {{use: feedforward/ffn, with: {{hidden: 17}}, in: attend_norm}}
      add: {{use: basic/add, in: [attend_norm, ffn]}}
      out: {{use: norm/layer_norm, in: add}}
"""
PRE = f"""\
      norm: {{use: norm/layer_norm, in: x}}
      attend: {{use: attention/multi_head, with: {{heads: 2}}, {PARTS.replace("x", "norm")}}}
      add_attend: {{use: basic/add, in: [x, attend]}}
      ffn_norm: {{use: norm/layer_norm, in: add_attend}}
      ffn: {{use: feedforward/ffn, with: {{hidden: 17}}, in: ffn_norm}}
      out: {{use: basic/add, in: [add_attend, ffn]}}
"""
STACK = "  stack: {repeat: 7, use: layer, carry: {x: x}}\n"
HEAD = "inputs: {x: float batch time 14}\noutputs: {out: %s}\n"
BLOCK = """\
blocks:
  layer:
    inputs: {x: float batch time 14}
    outputs: {out: out}
    nodes:
"""
SAID = "layers, each with a norm over its residual sum (post-norm), seldom learns without a slow start"


def told(nodes: str, layer: str = POST, out: str = "stack", more: str = "") -> list[str]:
    found = problems(f"{HEAD % out}{BLOCK}{layer}{more}nodes:\n{nodes}")
    assert {problem.severity for problem in found} <= {"note"}
    return [str(problem) for problem in found]


def test_seven_post_norm_layers_are_told_and_six_are_not() -> None:
    (said,) = told(STACK)
    assert said.startswith(f"t.yaml:17:3: note: node 'stack': a stack of 7 {SAID}; norm what each")
    assert told(STACK.replace("7", "6")) == []


@pytest.mark.parametrize(
    "layer",
    [
        PRE,
        PRE.replace("norm/layer_norm, in: x", "basic/tanh, in: x"),
        POST.replace("      out: {use: norm/layer_norm, in: add}", "      out: {use: basic/tanh, in: add}"),
        POST.replace("[x, attend]", "[attend, attend]"),  # nothing comes straight from below
    ],
    ids=["pre", "only inside", "without the norm", "without the residual"],
)
def test_other_layers_may_be_as_many_as_they_like(layer: str) -> None:
    assert told(STACK.replace("7", "12"), layer) == []


def test_stacks_that_follow_each_other_are_one() -> None:
    by_hand = "".join(f"  n{i}: {{use: layer, in: {f'n{i - 1}' if i else 'x'}}}\n" for i in range(8))
    (said,) = told(by_hand, out="n7")
    assert f"node 'n6': a stack of 7 {SAID}" in said
    two = "  first: {repeat: 4, use: layer, carry: {x: x}}\n  between: {use: basic/tanh, in: first}\n"
    (said,) = told(f"{two}  stack: {{repeat: 5, use: layer, carry: {{x: between}}}}\n")
    assert f"node 'stack': a stack of 9 {SAID}" in said
    beside = "".join(f"  {name}: {{repeat: 4, use: layer, carry: {{x: x}}}}\n" for name in "ab")
    assert told(f"{beside}  stack: {{use: basic/add, in: [a, b]}}\n") == []


def test_a_stack_inside_a_block_is_told_once_where_it_stands() -> None:
    encoder = (
        "  encoder:\n    inputs: {x: float batch time 14}\n    outputs: {out: layers}\n"
        "    nodes:\n      layers: {repeat: 9, use: layer, carry: {x: x}}\n"
    )
    nodes = "  one: {use: encoder, in: x}\n  stack: {use: encoder, in: one}\n"
    (said,) = told(nodes, more=encoder)
    assert f"t.yaml:20:7: note: node 'one.layers': a stack of 9 {SAID}" in said


def test_a_long_chain_of_nodes_is_no_trouble() -> None:
    chain = "".join(
        f"  t{i}: {{use: basic/tanh, in: {f't{i - 1}' if i else 'stack'}}}\n" for i in range(3000)
    )
    assert len(told(STACK + chain, out="t2999")) == 1
