"""Modules and parameters that are used twice.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER
from tests.zoo.checker.spoiled.spoiling import SMALL, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def reuse_unknown() -> str:
    """t.yaml:41:12: node 'target_embed': there is no node 'source_embd' here whose module could be applied
    again (did you mean 'source_embed'?)
    """
    return spoil(SEQ2SEQ, ("reuse: source_embed ", "reuse: source_embd "))


@spoiler
def reuse_cycle() -> str:
    """t.yaml:41:12: node 'target_embed': 'target_embed' would be applied inside itself; reuse a node that
    has a module of its own
    """
    return spoil(SEQ2SEQ, ("reuse: source_embed ", "reuse: target_embed "))


@spoiler
def reuse_of_another_width() -> str:
    """t.yaml:14:28: again.x: expected float batch time 14, got float batch time 5: 14 is not 5; a module
    that is applied again keeps its widths
    """
    return spoil(
        SMALL, ("{out: deep}", "{out: again}"), ("in: add}\n", "in: add}\n  again: {reuse: deep, in: deep}\n")
    )


@spoiler
def tie_unknown() -> str:
    """t.yaml:82:19: node 'generator': there is no node 'embd' here whose parameter could be shared (did
    you mean 'embed'?)
    """
    return spoil(TRANSFORMER, ("tie: {weight: embed.weight}", "tie: {weight: embd.weight}"))


@spoiler
def tie_unknown_parameter() -> str:
    """t.yaml:82:18: node 'generator': 'generator' has no parameter 'wight' (did you mean 'weight'?)"""
    return spoil(TRANSFORMER, ("tie: {weight: embed.weight}", "tie: {wight: embed.weight}"))


@spoiler
def tie_shape() -> str:
    """t.yaml:80:25: node 'decoder.logits': 'weight' of 'logits' is 999 × 64, and 'weight' of
    'source_embed' is 1000 × 64: one parameter has one shape
    """
    return spoil(SEQ2SEQ, ("with: {output: $vocab, bias: false}", "with: {output: 999, bias: false}"))


@spoiler
def tie_cycle() -> str:
    """t.yaml:59:93: node 'embed': these ties form a cycle: embed.weight -> generator.weight ->
    embed.weight; leave one of them out
    """
    return spoil(TRANSFORMER, ("in: source}", "in: source, tie: {weight: generator.weight}}"))


@spoiler
def tie_frozen() -> str:
    """t.yaml:82:19: node 'generator': 'weight' of 'generator' is frozen, and 'weight' of 'embed', the same
    parameter, is not; freeze both or neither, or untie them
    """
    return spoil(
        TRANSFORMER, ("    tie: {weight: embed.weight}", "    tie: {weight: embed.weight}\n    freeze: true")
    )


@spoiler
def tie_frozen_by_the_scan_around_it() -> str:
    """t.yaml:81:25: node 'decoder.logits': 'weight' of 'logits' is frozen, and 'weight' of 'source_embed',
    the same parameter, is not; freeze both or neither, or untie them
    """
    return spoil(SEQ2SEQ, ("      over: target", "      over: target\n      freeze: true"))


@spoiler
def freeze_nothing() -> str:
    """t.yaml:12:46: note: node 'add': 'add' has no parameters, so there is nothing to freeze; leave 'freeze'
    out
    """
    return spoil(SMALL, ("in: [embed, attend]}", "in: [embed, attend], freeze: true}"))


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
