"""Stacks.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.spoiled.spoiling import BLOCKS, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def repeat_count() -> str:
    """t.yaml:15:13: node 'stack': a repeat has from 1 to 10000 layers, got 1000000000"""
    return spoil(BLOCKS, ("repeat: 3", "repeat: 1000000000"))


@spoiler
def repeat_count_of_zero() -> str:
    """t.yaml:15:13: node 'stack': a repeat has from 1 to 10000 layers, got 0"""
    return spoil(BLOCKS, ("repeat: 3", "repeat: 0"))


@spoiler
def repeat_count_that_is_none() -> str:
    """t.yaml:3:18: node 'stack': repeat is a number of layers: the param 'layers' is 2.5, and sizes are
    made of integers
    """
    return spoil(
        BLOCKS, ("name: blocks\n", "name: blocks\nparams: {layers: 2.5}\n"), ("repeat: 3", "repeat: $layers")
    )


@spoiler
def post_norm() -> str:
    """t.yaml:15:3: note: node 'stack': a stack of 7 layers, each with a norm over its residual sum
    (post-norm), seldom learns without a slow start; norm what each part of a layer reads instead (pre-norm),
    or train with warm-up
    """
    return spoil(
        BLOCKS,
        ("outputs: {x: add}", "outputs: {x: norm}"),
        ("in: [x, ffn]}\n", "in: [x, ffn]}\n      norm: {use: norm/layer_norm, in: add}\n"),
        ("repeat: 3", "repeat: 7"),
    )


@spoiler
def repeat_carry() -> str:
    """t.yaml:14:3: node 'stack': a repeat hands something from layer to layer, and this one has no carry;
    write carry: {x: …} with what the first layer reads
    """
    return spoil(BLOCKS, ("    carry: {x: x}\n", "    in: {x: x}\n"))


@spoiler
def repeat_carry_without_an_output() -> str:
    """t.yaml:18:13: node 'stack': the next layer's 'x' is fed by the output 'x' or by the only one, and
    the block layer has the outputs sum, inner; call one of them 'x'
    """
    return spoil(
        BLOCKS, ("outputs: {x: add}", "outputs: {sum: add, inner: ffn}"), ("{out: stack}", "{out: stack.sum}")
    )


@spoiler
def repeat_of_types_that_do_not_fit() -> str:
    """t.yaml:19:16: stack.1.x: expected float batch time dim, got float batch 14: 3 axes expected, not 2"""
    return spoil(
        BLOCKS,
        ("outputs: {x: add}", "outputs: {x: wide}"),
        (
            "      add: {use: basic/add, in: [x, ffn]}\n",
            "      add: {use: basic/add, in: [x, ffn]}\n      wide: {use: basic/pick, in: add}\n",
        ),
    )


@spoiler
def repeat_vary() -> str:
    """t.yaml:18:21: node 'stack': 'dropout' varies over 2 values, and there are 3 layers; write one value
    for each layer
    """
    return spoil(BLOCKS, ("    carry", "    vary: {dropout: [0.1, 0.2]}\n    carry"))


@spoiler
def repeat_vary_and_with() -> str:
    """t.yaml:18:12: node 'stack': 'hidden' stands in both 'with' and 'vary'; leave one of them out"""
    return spoil(BLOCKS, ("    carry", "    vary: {hidden: [17, 18, 19]}\n    carry"))


@spoiler
def repeat_share() -> str:
    """t.yaml:19:12: node 'stack': all layers share one module, and 'dropout' would give it several values;
    write it in 'with', or leave 'share' out
    """
    return spoil(BLOCKS, ("    carry", "    share: true\n    vary: {dropout: [0.1, 0.2, 0.3]}\n    carry"))


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
