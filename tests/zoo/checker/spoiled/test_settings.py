"""Settings, and the params that they are made of.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.spoiled.spoiling import BLOCKS, SMALL, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def setting_missing() -> str:
    """t.yaml:13:29: node 'deep': basic/linear needs the setting 'output'; write with: {output: …}"""
    return spoil(SMALL, ("{output: 5}", "{bias: false}"))


@spoiler
def setting_missing_param() -> str:
    """t.yaml:14:3: node 'stack.0': the block layer needs the param 'hidden'; write with: {hidden: …}"""
    return spoil(BLOCKS, ("    with: {hidden: 17}\n", ""))


@spoiler
def setting_unknown_param() -> str:
    """t.yaml:17:24: node 'stack.0': the block layer has no param 'droput' (did you mean 'dropout'?)"""
    return spoil(BLOCKS, ("with: {hidden: 17}", "with: {hidden: 17, droput: 0.5}"))


@spoiler
def setting_value() -> str:
    """t.yaml:10:31: node 'attend': 'dropout' is a number at least 0 and less than 1, got 1.5"""
    return spoil(SMALL, ("{heads: 2}", "{heads: 2, dropout: 1.5}"))


@spoiler
def setting_value_of_wrong_kind() -> str:
    """t.yaml:10:19: node 'attend': 'heads' is an integer greater than 0, got 'two'

    t.yaml:10:32: node 'attend': 'causal' is true or false, got 3
    """
    return spoil(SMALL, ("{heads: 2}", "{heads: two, causal: 3}"))


@spoiler
def setting_value_from_a_param() -> str:
    """t.yaml:3:15: node 'embed': 'dim' is an integer greater than 0, got -14 (from $dim)"""
    return spoil(SMALL, ("{dim: 14}", "{dim: -14}"))


@spoiler
def setting_value_of_choice() -> str:
    """t.yaml:13:40: node 'deep': 'mode' is 'first' or 'last', got 'lst' (did you mean 'last'?)

    t.yaml:13:52: node 'deep': 'scale' is a number or ~, got 'wide'
    """
    return spoil(
        SMALL,
        (
            "deep: {use: basic/linear, with: {output: 5}",
            "deep: {use: basic/pick, with: {mode: lst, scale: wide}",
        ),
    )


@spoiler
def setting_value_in_vary() -> str:
    """t.yaml:18:27: node 'stack.1.ffn': 'dropout' is a number at least 0 and less than 1, got 2 (from
    $dropout)
    """
    return spoil(BLOCKS, ("    carry", "    vary: {dropout: [0.1, 2, 0.3]}\n    carry"))


@spoiler
def setting_open() -> str:
    """t.yaml:11:7: node 'stack.0.ffn': the size of 'dim' is 'wide', which is known only when the model
    runs; write a number or a $param for 'wide' in the type of the input that has it
    """
    return spoil(BLOCKS, ("inputs: {x: float batch time 14}", "inputs: {x: float batch time wide}"))


@spoiler
def layer_refuses() -> str:
    """t.yaml:8:3: node 'attend': attention/multi_head: dim 14 does not divide into 3 heads"""
    return spoil(SMALL, ("{heads: 2}", "{heads: 3}"))


@spoiler
def layer_refuses_with_a_bug() -> str:
    """t.yaml:13:3: node 'deep': basic/fragile: its rule for shapes failed: KeyError: 'y'"""
    return spoil(SMALL, ("deep: {use: basic/linear, with: {output: 5}", "deep: {use: basic/fragile"))


@spoiler
def size_value() -> str:
    """t.yaml:3:15: node 'embed': the param 'dim' is 'wide', and sizes are made of integers"""
    return spoil(SMALL, ("{dim: 14}", "{dim: wide}"), ("dim: $dim", "dim: $dim * 2"))


@spoiler
def size_value_of_an_input() -> str:
    """t.yaml:3:13: the input 'x': an axis of size -1 cannot be ('14 - 15')"""
    return spoil(BLOCKS, ("inputs: {x: float batch time 14}", "inputs: {x: float batch time 14-15}"))


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
