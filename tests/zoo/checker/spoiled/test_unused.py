"""What nothing reads, and what should be read.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ
from tests.zoo.checker.spoiled.spoiling import BLOCKS, SCAN, SMALL, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def node_unused() -> str:
    """t.yaml:12:3: warning: node 'add': nothing reads 'add', so attend is computed for nothing too; wire
    it, make it an output, or remove it
    """
    return spoil(SMALL, ("in: add}", "in: embed}"))


@spoiler
def input_unused() -> str:
    """t.yaml:4:10: warning: nothing reads the input 'spare'; remove it"""
    return spoil(SMALL, ("inputs: {tokens", "inputs: {spare: float batch, tokens"))


@spoiler
def input_unused_in_a_scan() -> str:
    """t.yaml:54:15: warning: node 'decoder': nothing reads the const 'spare'; remove it"""
    return spoil(SEQ2SEQ, ("const: {memory", "const: {spare: keys, memory"))


@spoiler
def param_unused() -> str:
    """t.yaml:3:19: warning: nothing uses the param 'depth'; remove it"""
    return spoil(SMALL, ("{dim: 14}", "{dim: 14, depth: 2}"))


@spoiler
def param_unknown() -> str:
    """t.yaml:7:56: node 'embed': there is no param 'din' (did you mean 'dim'?)"""
    return spoil(SMALL, ("{vocab: 29, dim: $dim}", "{vocab: 29, dim: $din}"))


@spoiler
def param_unknown_in_a_type() -> str:
    """t.yaml:3:13: there is no param 'wide'; declare it: params: {wide: …}"""
    return spoil(BLOCKS, ("inputs: {x: float batch time 14}", "inputs: {x: float batch time $wide}"))


@spoiler
def name_twice() -> str:
    """t.yaml:13:3: node 'mask': 'mask' is also the name of an input here, and a wire to it could mean
    either; rename one of them
    """
    return spoil(
        SMALL, ("in: [embed, attend]}", "in: [embed, attend]}\n  mask: {use: basic/tanh, in: embed}")
    )


@spoiler
def name_twice_in_a_scan() -> str:
    """t.yaml:10:15: node 'walk': 'x' is both each and const of this scan; rename one of them"""
    return spoil(SCAN, ("each: {x: x}", "each: {x: x}\n      const: {x: x}"))


@spoiler
def output_missing() -> str:
    """t.yaml:1:1: the graph has no outputs; write outputs: {…: node}"""
    return spoil(SMALL, ("outputs: {out: deep}\n", ""))


@spoiler
def output_missing_in_a_block() -> str:
    """t.yaml:6:3: node 'stack.0': the block layer has no outputs; write outputs: {out: node}"""
    return spoil(BLOCKS, ("    outputs: {x: add}\n", ""))


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
