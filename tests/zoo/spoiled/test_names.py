"""Names misspelt; what is unused or missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


@spoiler(SEQ2SEQ)
def layer_misspelt(text: str) -> str:
    """node 'decoder.attend': there is no layer 'attention/aditive' (did you mean
    'attention/additive'?); zoo layers lists them all
    """
    return spoil(text, "use: attention/additive", "use: attention/aditive")


@spoiler(SEQ2SEQ)
def pack_misspelt(text: str) -> str:
    """node 'decoder.attend': there is no layer 'atention/additive' (did you mean
    'attention/additive'?); zoo layers lists them all
    """
    return spoil(text, "use: attention/additive", "use: atention/additive")


@spoiler(SEQ2SEQ)
def layer_of_another_version(text: str) -> str:
    """node 'decoder.attend': the layer 'attention/additive' has no version 7, only 1; write
    attention/additive@1, or install a version of its pack that has it
    """
    return spoil(text, "use: attention/additive", "use: attention/additive@7")


@spoiler(SEQ2SEQ)
def setting_misspelt(text: str) -> str:
    """node 'decoder.attend': attention/additive has no setting 'atention' (did you mean 'attention'?)"""
    return spoil(text, "with: {attention: $attention}", "with: {atention: $attention}")


@spoiler(SEQ2SEQ)
def port_misspelt(text: str) -> str:
    """node 'decoder.attend': attention/additive has no input 'qeury' (did you mean 'query'?)"""
    return spoil(text, "in: {query: cell.h, keys", "in: {qeury: cell.h, keys")


@spoiler(SEQ2SEQ)
def output_port_misspelt(text: str) -> str:
    """decoder.join.xs.1: 'attend' has no output 'outt' (did you mean 'out'?)"""
    return spoil(text, "in: [cell.h, attend.out]", "in: [cell.h, attend.outt]")


@spoiler(SEQ2SEQ)
def node_misspelt(text: str) -> str:
    """node 'decoder.mix': there is no node or input 'jion' here (did you mean 'join'?)"""
    return spoil(text, "in: join}", "in: jion}")


@spoiler(TRANSFORMER)
def block_misspelt(text: str) -> str:
    """node 'decoder': there is no block 'decoder_lyer' (did you mean 'decoder_layer'?)"""
    return spoil(text, "use: decoder_layer\n", "use: decoder_lyer\n")


@spoiler(SEQ2SEQ)
def key_misspelt_in_a_node(text: str) -> str:
    """node 'encoder.cell': a node with 'use' has no key 'wiht' (did you mean 'with'?)"""
    return spoil(text, "with: {hidden: $dim}            #", "wiht: {hidden: $dim}            #")


@spoiler(SEQ2SEQ)
def key_misspelt_in_a_scan(text: str) -> str:
    """node 'encoder': a scan has no key 'stak' (did you mean 'stack'?)"""
    return spoil(text, "      stack: {out: cell.h}", "      stak: {out: cell.h}")


@spoiler(TRANSFORMER)
def key_misspelt_in_a_graph(text: str) -> str:
    """a graph has no key 'outptus' (did you mean 'outputs'?)"""
    return spoil(text, "outputs:\n  logits: generator", "outptus:\n  logits: generator")


@spoiler(TRANSFORMER)
def key_misspelt_in_a_block(text: str) -> str:
    """node '#feed_forward': a block has no key 'parms' (did you mean 'params'?)"""
    return spoil(
        text,
        "    params: {hidden: ~, dropout: ~}\n    inputs: {x: float batch time dim}\n    outputs",
        "    parms: {hidden: ~, dropout: ~}\n    inputs: {x: float batch time dim}\n    outputs",
    )


@spoiler(SEQ2SEQ)
def param_misspelt(text: str) -> str:
    """node 'keys': there is no param 'atention' (did you mean 'attention'?)"""
    return spoil(text, "output: $attention", "output: $atention")


@spoiler(SEQ2SEQ)
def parameter_misspelt(text: str) -> str:
    """node 'decoder.logits': 'logits' has no parameter 'wieght' (did you mean 'weight'?)"""
    return spoil(text, "tie: {weight: source_embed.weight}", "tie: {wieght: source_embed.weight}")


@spoiler(SEQ2SEQ)
def tied_parameter_misspelt(text: str) -> str:
    """node 'decoder.logits': 'source_embed' has no parameter 'wieght' (did you mean 'weight'?)"""
    return spoil(text, "tie: {weight: source_embed.weight}", "tie: {weight: source_embed.wieght}")


@spoiler(SEQ2SEQ)
def state_misspelt_in_next(text: str) -> str:
    """node 'decoder': next names 'contxt', which is no state of this scan (did you mean 'context'?)"""
    return spoil(text, "context: attend.out}   #", "contxt: attend.out}   #")


@spoiler(SEQ2SEQ, at="act")
def node_unused(text: str) -> str:
    """warning: node 'decoder.act': nothing reads 'act'; wire it, make it an output, or remove it"""
    return spoil(text, "in: act\n", "in: mix\n")


@spoiler(SEQ2SEQ)
def input_unused(text: str) -> str:
    """warning: nothing reads the input 'spare'; remove it"""
    return spoil(text, "inputs:\n", "inputs:\n  spare: float batch\n")


@spoiler(SEQ2SEQ)
def param_unused(text: str) -> str:
    """warning: nothing uses the param 'spare'; remove it"""
    return spoil(text, "params:\n", "params:\n  spare: 3\n")


@spoiler(SEQ2SEQ)
def output_unknown(text: str) -> str:
    """there is no node or input 'decode' here (did you mean 'decoder'?)"""
    return spoil(text, "logits: decoder.logits", "logits: decode.logits")


@spoiler(TRANSFORMER, at="format")
def outputs_missing(text: str) -> str:
    """the graph has no outputs; write outputs: {…: node}"""
    return spoil(text, "outputs:\n  logits: generator                       # batch target vocab\n", "")


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
