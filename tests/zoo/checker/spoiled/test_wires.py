"""Wires that lead nowhere, or to what they do not fit.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER
from tests.zoo.checker.spoiled.spoiling import BLOCKS, SCAN, SMALL, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def setting_unknown() -> str:
    """t.yaml:33:42: node 'encoder.0.feed.ffn': feedforward/ffn has no setting 'hiden' (did you mean
    'hidden'?)
    """
    return spoil(TRANSFORMER, ("use: feedforward/ffn, with: {hidden:", "use: feedforward/ffn, with: {hiden:"))


@spoiler
def wire_shape() -> str:
    """t.yaml:55:42: decoder.0.add.b: expected float batch target 64, got float batch source 64: target
    is not source
    """
    return spoil(TRANSFORMER, ("in: [attend, cross]", "in: [attend, memory]"))


@spoiler
def wire_shape_to_input() -> str:
    """t.yaml:54:47: decoder.0.cross.value: expected float batch source 64, got float batch target 64:
    source is not target
    """
    return spoil(
        TRANSFORMER,
        (
            "in: {query: norm, key: memory, value: memory, mask: mask}",
            "in: {query: norm, key: memory, value: x, mask: mask}",
        ),
    )


@spoiler
def cycle() -> str:
    """t.yaml:56:9: cycle decoder.feed -> decoder.cell -> decoder.attend -> decoder.feed; a wire back in
    time goes through state/next
    """
    return spoil(SEQ2SEQ, ("in: [y, context] ", "in: [y, context, attend.out] "))


@spoiler
def wire_unknown() -> str:
    """t.yaml:12:30: node 'add': there is no node or input 'embd' here (did you mean 'embed'?)"""
    return spoil(SMALL, ("in: [embed, attend]", "in: [embd, attend]"))


@spoiler
def wire_unknown_outside_the_scan() -> str:
    """t.yaml:66:37: decoder.attend.keys: there is no node or input 'keys' here; it is outside the scan:
    hand it in with const: {keys: keys}
    """
    return spoil(SEQ2SEQ, ("keys: keys, mask", "mask"))


@spoiler
def wire_unknown_output() -> str:
    """t.yaml:5:16: there is no node or input 'depp' here (did you mean 'deep'?)"""
    return spoil(SMALL, ("outputs: {out: deep}", "outputs: {out: depp}"))


@spoiler
def wire_port() -> str:
    """t.yaml:66:65: decoder.attend.mask: 'mask' is an input, and inputs have no outputs to choose from;
    write 'mask'
    """
    return spoil(SEQ2SEQ, ("values: memory, mask: mask}", "values: memory, mask: mask.x}"))


@spoiler
def wire_port_of_a_node() -> str:
    """t.yaml:69:16: decoder.join.xs.0: 'cell' has no output 'hh' (did you mean 'h'?)"""
    return spoil(SEQ2SEQ, ("in: [cell.h, attend.out]", "in: [cell.hh, attend.out]"))


@spoiler
def wire_choice() -> str:
    """t.yaml:69:16: decoder.join.xs.0: 'cell' has the outputs h, c, and the wire does not say which; write
    cell.h or cell.c
    """
    return spoil(SEQ2SEQ, ("in: [cell.h, attend.out]", "in: [cell, attend.out]"))


@spoiler
def wire_dtype() -> str:
    """t.yaml:7:67: embed.tokens: expected int *any, got bool batch time: int is not bool; see the type
    of the input 'mask': bool batch time
    """
    return spoil(
        SMALL, ("in: tokens}", "in: mask}"), ("inputs: {tokens: int batch time, mask", "inputs: {mask")
    )


@spoiler
def wire_optional() -> str:
    """t.yaml:32:40: encoder.0.feed.norm.x: this input is required, and 'x' is optional, so it may be
    missing; make 'x' an input that is not optional

    t.yaml:34:34: encoder.0.feed.add.a: this input is required, and 'x' is optional, so it may be
    missing; make 'x' an input that is not optional
    """
    return spoil(
        TRANSFORMER,
        ("    inputs: {x: float batch time dim}\n", "    inputs: {x: optional float batch time dim}\n"),
    )


@spoiler
def wire_optional_output() -> str:
    """t.yaml:5:28: the output 'seen' would be 'mask', which is optional and may be missing; make 'mask' an
    input that is not optional
    """
    return spoil(
        SMALL,
        ("mask: bool batch time}", "mask: optional bool batch time}"),
        ("{out: deep}", "{out: deep, seen: mask}"),
    )


@spoiler
def wire_list() -> str:
    """t.yaml:13:52: node 'deep': basic/linear takes one wire, got a list of 2"""
    return spoil(SMALL, ("in: add}", "in: [add, embed]}"))


@spoiler
def wire_list_to_a_named_input() -> str:
    """t.yaml:13:56: deep.x: the input 'x' takes one wire, got a list of 2"""
    return spoil(SMALL, ("in: add}", "in: {x: [add, embed]}}"))


@spoiler
def port_unknown() -> str:
    """t.yaml:11:10: node 'attend': attention/multi_head has no input 'qury' (did you mean 'query'?)"""
    return spoil(SMALL, ("in: {query: embed,", "in: {qury: embed,"))


@spoiler
def port_missing() -> str:
    """t.yaml:11:5: attend.key: the input 'key' of attention/multi_head is not wired; write in: {key: …}"""
    return spoil(SMALL, ("in: {query: embed, key: embed, ", "in: {query: embed, "))


@spoiler
def port_twice() -> str:
    """t.yaml:19:13: stack.x: the input 'x' is wired twice; leave one of the wires out"""
    return spoil(BLOCKS, ("    carry: {x: x}\n", "    carry: {x: x}\n    in: {x: x}\n"))


@spoiler
def port_choice() -> str:
    """t.yaml:11:9: node 'attend': attention/multi_head has the inputs query, key, value, and the wire does
    not say which; name them: in: {query: …, key: …, value: …}
    """
    return spoil(
        SMALL,
        ("in: {query: embed, key: embed, value: embed, mask: mask}", "in: embed"),
        (", mask: bool batch time", ""),
    )


@spoiler
def mask_unwired() -> str:
    """t.yaml:11:5: warning: attend.mask: nothing is wired to this mask, though 'mask' has its axes; write
    in: {mask: mask}
    """
    return spoil(SMALL, ("value: embed, mask: mask}", "value: embed}"))


@spoiler
def mask_unwired_in_a_scan() -> str:
    """t.yaml:7:5: warning: walk.mask: nothing is wired to this mask, though 'mask' has its axes; write
    mask: mask
    """
    return spoil(SCAN, ("      mask: mask\n", ""))


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
