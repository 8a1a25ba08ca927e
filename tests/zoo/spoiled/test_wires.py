"""Wires."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


@spoiler(TRANSFORMER)
def port_missing(text: str) -> str:
    """encoder.0.attend.attend.value: the input 'value' of attention/multi_head is not wired; write in:
    {value: …}
    """
    return spoil(
        text,
        "in: {query: norm, key: norm, value: norm, mask: mask}",
        "in: {query: norm, key: norm, mask: mask}",
    )


@spoiler(TRANSFORMER)
def port_of_a_block_missing(text: str) -> str:
    """encoder.0.attend.x: the input 'x' of the block attend_self is not wired; write in: {x: …}"""
    return spoil(text, "in: {x: x, mask: mask}}", "in: {mask: mask}}")


@spoiler(TRANSFORMER)
def everything_unwired(text: str) -> str:
    """decoder_norm.x: the input 'x' of norm/layer_norm is not wired; write in: {x: …}"""
    return spoil(
        text, "decoder_norm: {use: norm/layer_norm, in: decoder}", "decoder_norm: {use: norm/layer_norm}"
    )


@spoiler(TRANSFORMER)
def dtype_wrong(text: str) -> str:
    """position.x: expected float batch time dim, got int batch source: float is not int; see the type
    of the input 'source': int batch source
    """
    return spoil(
        text,
        "position: {use: position/sinusoidal, in: embed}",
        "position: {use: position/sinusoidal, in: source}",
    )


@spoiler(TRANSFORMER, at="in: source")
def dtype_of_an_input_wrong(text: str) -> str:
    """embed.tokens: expected int *any, got float batch source: int is not float; see the type of the
    input 'source': float batch source
    """
    return spoil(text, "  source: int batch source\n", "  source: float batch source\n")


@spoiler(TRANSFORMER)
def axis_wrong(text: str) -> str:
    """decoder.0.cross.value: expected float batch source value_dim, got float batch target 64: source
    is not target
    """
    return spoil(
        text,
        "in: {query: norm, key: memory, value: memory, mask: mask}",
        "in: {query: norm, key: memory, value: x, mask: mask}",
    )


@spoiler(TRANSFORMER, at="target_position:")
def axis_too_few(text: str) -> str:
    """target_position.x: expected float batch time dim, got float target 64: 3 axes expected, not 2;
    see the type of the input 'target': int target
    """
    return spoil(text, "  target: int batch target ", "  target: int target ")


@spoiler(SEQ2SEQ)
def wire_to_an_input_that_is_not_there(text: str) -> str:
    """node 'target_embed': there is no node or input 'targets' here (did you mean 'target'?)"""
    return spoil(text, "in: target\n\n", "in: targets\n\n")


@spoiler(SEQ2SEQ)
def port_of_an_input(text: str) -> str:
    """source_embed.tokens: 'source' is an input, and inputs have no outputs to choose from; write
    'source'
    """
    return spoil(text, "in: source}\n\n", "in: source.out}\n\n")


@spoiler(SEQ2SEQ)
def output_not_chosen(text: str) -> str:
    """decoder.attend.query: 'cell' has the outputs h, c, and the wire does not say which; write cell.h
    or cell.c
    """
    return spoil(text, "in: {query: cell.h, keys", "in: {query: cell, keys")


@spoiler(SEQ2SEQ)
def list_to_a_port_of_one(text: str) -> str:
    """node 'decoder.mix': basic/linear takes one wire, got a list of 1"""
    return spoil(
        text,
        "mix: {use: basic/linear, with: {output: $dim}, in: join}",
        "mix: {use: basic/linear, with: {output: $dim}, in: [join]}",
    )


@spoiler(SEQ2SEQ)
def list_to_many_ports(text: str) -> str:
    """node 'decoder.attend': attention/additive takes 3 wires (query, keys, values), got a list of 4"""
    return spoil(
        text,
        "in: {query: cell.h, keys: keys, values: memory, mask: mask}",
        "in: [cell.h, keys, memory, mask]",
    )


@spoiler(SEQ2SEQ)
def wire_is_a_param(text: str) -> str:
    """node 'keys': '$dim' is a param, and a wire reads a tensor; name an input or a node"""
    return spoil(text, "in: encoder.out\n", "in: $dim\n")


@spoiler(SEQ2SEQ)
def wire_is_a_number(text: str) -> str:
    """node 'keys': a wire is the name of an output, got the number 3; name an input or 'node' or
    'node.port'
    """
    return spoil(text, "in: encoder.out\n", "in: 3\n")


@spoiler(SEQ2SEQ)
def wire_with_two_dots(text: str) -> str:
    """node 'keys': an output is 'node' or 'node.port', got 'encoder.cell.h'; name an input or a node"""
    return spoil(text, "in: encoder.out\n", "in: encoder.cell.h\n")


@spoiler(SEQ2SEQ)
def wire_into_the_body_of_a_scan(text: str) -> str:
    """node 'keys': there is no node or input 'cell' here; the names here are source, source_mask,
    target, source_embed, encoder, target_embed, decoder
    """
    return spoil(text, "in: encoder.out\n", "in: cell.h\n")


@spoiler(SEQ2SEQ, at="feed:")
def cycle(text: str) -> str:
    """cycle decoder.feed -> decoder.cell -> decoder.attend -> decoder.feed; a wire back in time goes
    through state/next
    """
    return spoil(text, "in: [y, context]  ", "in: [y, attend.out]")


@spoiler(TRANSFORMER)
def cycle_of_blocks_nodes(text: str) -> str:
    """cycle decoder_norm -> generator -> decoder_norm; a wire back in time goes through state/next"""
    return spoil(
        text,
        "decoder_norm: {use: norm/layer_norm, in: decoder}",
        "decoder_norm: {use: norm/layer_norm, in: generator}",
    )


@spoiler(TRANSFORMER)
def cycle_of_one(text: str) -> str:
    """cycle decoder_norm -> decoder_norm; a wire back in time goes through state/next"""
    return spoil(
        text,
        "decoder_norm: {use: norm/layer_norm, in: decoder}",
        "decoder_norm: {use: norm/layer_norm, in: decoder_norm}",
    )


@spoiler(TRANSFORMER)
def carry_of_an_unknown_port(text: str) -> str:
    """node 'encoder': the block encoder_layer has no input 'y'; its inputs are x, mask"""
    return spoil(text, "carry: {x: position} ", "carry: {y: position} ")


@spoiler(TRANSFORMER)
def carry_reads_an_unknown_node(text: str) -> str:
    """encoder.x: there is no node or input 'positions' here (did you mean 'position'?)"""
    return spoil(text, "carry: {x: position} ", "carry: {x: positions} ")


@spoiler(TRANSFORMER)
def port_wired_twice(text: str) -> str:
    """encoder.x: the input 'x' is wired twice; leave one of the wires out"""
    return spoil(text, "in: {mask: source_mask}", "in: {mask: source_mask, x: position}")


@spoiler(SEQ2SEQ)
def wires_swapped(text: str) -> str:
    """decoder.attend.keys: expected float batch source 32, got float batch 64: 3 axes expected, not 2;
    swap the wires of 'query' and 'keys'
    """
    return spoil(text, "query: cell.h, keys: keys, values", "query: keys, keys: cell.h, values")


@spoiler(SEQ2SEQ)
def wires_of_one_rank_swapped(text: str) -> str:
    """decoder.attend.keys: expected float batch source 32, got float batch source 64: 32 is not 64; swap
    the wires of 'keys' and 'values'
    """
    return spoil(text, "keys: keys, values: memory", "keys: memory, values: keys")


@spoiler(TRANSFORMER, at="carry: {x: position}")
def type_of_a_block_wrong(text: str) -> str:
    """encoder.0.x: expected int batch source dim, got float batch source 64: int is not float; see the type
    of 'x' in the block encoder_layer
    """
    old = "params: {heads: ~, hidden: ~, dropout: ~}\n    inputs: {x: float batch time dim, mask"
    return spoil(text, old, old.replace("x: float", "x: int"))


@spoiler(TRANSFORMER, at="carry: {x: position}")
def axis_of_an_input_misspelt(text: str) -> str:
    """encoder.0.x: expected float batch sorce dim, got float batch source 64: sorce is not source;
    'sorce' (of the input 'source_mask') and 'source' (of the input 'source') are two axes; if they are
    one, give it one name
    """
    return spoil(text, "source_mask: bool batch source ", "source_mask: bool batch sorce ")


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
