"""Graphs too large or too deep.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.spoiled.spoiling import BLOCKS, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def graph_size() -> str:
    """t.yaml:1:1: a graph has at most 100000 layers, and this one has 110000; repeat less often"""
    text = spoil(BLOCKS, ("repeat: 3", "repeat: 10000"))
    return spoil(
        text,
        (
            "in: [x, ffn]}\n",
            "in: [x, ffn]}\n"
            + "".join(
                f"      f{i}: {{use: basic/tanh, in: {'add' if i == 0 else f'f{i - 1}'}}}\n" for i in range(9)
            ),
        ),
        ("{x: add}", "{x: f8}"),
    )


@spoiler
def graph_depth() -> str:
    """t.yaml:261:22: node
    'a.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n.n':
    blocks and scans lie 64 deep at most; use blocks side by side
    """
    text = "format: zoo/1\nname: deep\ninputs: {x: float batch 5}\noutputs: {out: a}\nblocks:\n"
    for depth in range(70):
        use = f"b{depth + 1}" if depth < 69 else "basic/tanh"
        text += f"  b{depth}:\n    inputs: {{x: float batch dim}}\n    outputs: {{out: n}}\n"
        text += f"    nodes: {{n: {{use: {use}, in: x}}}}\n"
    return text + "nodes:\n  a: {use: b0, in: x}\n"


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
