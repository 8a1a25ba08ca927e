"""One thing spoiled in a sound graph file: one problem, at that line, in one exact sentence.

The files are two of the library's, as they are installed, and so are the layers. The docstring of each
function is all that is said about what it spoils, behind the place. Where the mistake shows only on another
line, ``at`` is a piece of the text that ends there; where one mistake rightly has more than one
consequence, ``also`` are the codes of the others.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.zoo.files.texts import TEXTS
from zoo.checker import check_file

Change: TypeAlias = Callable[[str], str]

SEQ2SEQ, TRANSFORMER = TEXTS["seq2seq_additive"], TEXTS["transformer"]


@dataclass(frozen=True)
class Spoiler:
    """A change of a sound ``text``: on which line the problem is found, and what else is."""

    change: Change
    text: str
    at: str
    also: tuple[str, ...]

    @property
    def says(self) -> str:
        """The message about it."""
        return " ".join((self.change.__doc__ or "").split())

    def line(self, spoiled: str) -> int:
        """The line where ``at`` ends, without it the first that has changed."""
        if self.at:
            assert spoiled.count(self.at) == 1, (
                f"{self.at!r} stands {spoiled.count(self.at)} times in the text"
            )
            return spoiled[: spoiled.index(self.at) + len(self.at)].count("\n") + 1
        lines = zip(self.text.split("\n"), spoiled.split("\n"), strict=False)
        return next(number for number, (old, new) in enumerate(lines, 1) if old != new)


SPOILERS: dict[str, Spoiler] = {}


def spoiler(text: str, at: str = "", also: tuple[str, ...] = ()) -> Callable[[Change], Change]:
    def collect(change: Change) -> Change:
        assert change.__name__ not in SPOILERS
        SPOILERS[change.__name__] = Spoiler(change, text, at, also)
        return change

    return collect


def spoil(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
    return text.replace(old, new)


# ------------------------------------------------------------------------------------------ names misspelt


@spoiler(SEQ2SEQ)
def layer_misspelt(text: str) -> str:
    """node 'decoder.attend': there is no layer 'attention/aditive' (did you mean
    'attention/additive'?); zoo layers lists them all
    """
    return spoil(text, "use: attention/additive", "use: attention/aditive")


@spoiler(SEQ2SEQ)
def pack_misspelt(text: str) -> str:
    """node 'decoder.attend': there is no layer 'atention/additive' (did you mean
    'attention/additive'?); install the pack that offers atention/..., or name its folder in
    ZOO_PLUGINS
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


# --------------------------------------------------------------------------------------------------- wires


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


@spoiler(TRANSFORMER, also=("input-unused",))
def port_of_a_block_missing(text: str) -> str:
    """encoder.0.attend.x: the input 'x' of the block attend_self is not wired; write in: {x: …}"""
    return spoil(text, "in: {x: x, mask: mask}}", "in: {mask: mask}}")


@spoiler(TRANSFORMER, also=("node-unused",))
def everything_unwired(text: str) -> str:
    """decoder_norm.x: the input 'x' of norm/layer_norm is not wired; write in: {x: …}"""
    return spoil(
        text, "decoder_norm: {use: norm/layer_norm, in: decoder}", "decoder_norm: {use: norm/layer_norm}"
    )


@spoiler(TRANSFORMER)
def dtype_wrong(text: str) -> str:
    """position.x: expected float batch time dim, got int batch source: float is not int"""
    return spoil(
        text,
        "position: {use: position/sinusoidal, in: embed}",
        "position: {use: position/sinusoidal, in: source}",
    )


@spoiler(TRANSFORMER, at="in: source")
def dtype_of_an_input_wrong(text: str) -> str:
    """embed.tokens: expected int *any, got float batch source: int is not float"""
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
    """target_position.x: expected float batch time dim, got float target 64: 3 axes expected, not 2; a
    module that is applied again keeps its widths
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


@spoiler(SEQ2SEQ, at="feed:", also=("input-unused",))
def cycle(text: str) -> str:
    """cycle decoder.feed -> decoder.cell -> decoder.attend -> decoder.feed; a wire back in time goes
    through state/next
    """
    return spoil(text, "in: [y, context]  ", "in: [y, attend.out]")


@spoiler(TRANSFORMER, also=("node-unused",))
def cycle_of_blocks_nodes(text: str) -> str:
    """cycle decoder_norm -> generator -> decoder_norm; a wire back in time goes through state/next"""
    return spoil(
        text,
        "decoder_norm: {use: norm/layer_norm, in: decoder}",
        "decoder_norm: {use: norm/layer_norm, in: generator}",
    )


@spoiler(TRANSFORMER, also=("node-unused",))
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


# --------------------------------------------------------------------------------------------------- masks


@spoiler(SEQ2SEQ, at="mask: source_mask                   #", also=("wire-dtype",))
def mask_of_the_wrong_type(text: str) -> str:
    """node 'encoder': a mask is bool, with the axis 'source' once, got int batch source"""
    return spoil(text, "  source_mask: bool batch source ", "  source_mask: int batch source ")


@spoiler(SEQ2SEQ, at="mask: source_mask                   #", also=("mask-unwired", "wire-shape"))
def mask_of_the_wrong_axis(text: str) -> str:
    """node 'encoder': a mask is bool, with the axis 'source' once, got bool batch target"""
    return spoil(text, "  source_mask: bool batch source ", "  source_mask: bool batch target ")


@spoiler(SEQ2SEQ)
def mask_of_a_scan_unknown(text: str) -> str:
    """node 'encoder': there is no node or input 'sourcemask' here (did you mean 'source_mask'?)"""
    return spoil(text, "mask: source_mask                   #", "mask: sourcemask                   #")


@spoiler(SEQ2SEQ)
def mask_unwired(text: str) -> str:
    """warning: decoder.attend.mask: nothing is wired to this mask, though 'mask' has its axes; write
    in: {mask: mask}
    """
    return spoil(text, "values: memory, mask: mask}", "values: memory}")


@spoiler(SEQ2SEQ, at="# the cell is drawn once; the scan walks it over `source`\n    scan:")
def mask_of_a_scan_unwired(text: str) -> str:
    """warning: encoder.mask: nothing is wired to this mask, though 'source_mask' has its axes; write
    mask: source_mask
    """
    return spoil(
        text, "      mask: source_mask                   # a padded step carries the old state through\n", ""
    )


@spoiler(TRANSFORMER, at="encoder:")
def mask_of_a_stack_unwired(text: str) -> str:
    """warning: encoder.0.mask: nothing is wired to this mask, though 'source_mask' has its axes; write
    in: {mask: source_mask}
    """
    return spoil(text, "    in: {mask: source_mask}\n", "")


# --------------------------------------------------------------------------------------------------- scans


@spoiler(SEQ2SEQ)
def over_an_unknown_axis(text: str) -> str:
    """node 'encoder': no input of this scan has the axis 'sources' (did you mean 'source'?): 'x' is
    float batch source 64; name an axis that each input in 'each' has
    """
    return spoil(text, "over: source\n", "over: sources\n")


@spoiler(SEQ2SEQ)
def over_an_axis_of_the_batch(text: str) -> str:
    """node 'decoder': no input of this scan has the axis 'source': 'y' is float batch target 64; name
    an axis that each input in 'each' has
    """
    return spoil(text, "over: target\n", "over: source\n")


@spoiler(SEQ2SEQ)
def over_missing(text: str) -> str:
    """node 'encoder': a scan needs 'over'; name the axis that it walks over"""
    return spoil(text, "      over: source\n", "")


@spoiler(SEQ2SEQ)
def start_misspelt(text: str) -> str:
    """node 'encoder': a state starts as an output, 'zeros axis …' or 'learned axis …', got 'zeroes
    batch $dim' (did you mean 'zeros'?)
    """
    return spoil(
        text,
        "state: {h: zeros batch $dim, c: zeros batch $dim}",
        "state: {h: zeroes batch $dim, c: zeros batch $dim}",
    )


@spoiler(SEQ2SEQ, at="in: {x: x", also=("scan-state", "wire-shape", "scan-state"))
def start_without_axes(text: str) -> str:
    """encoder.cell.h: expected float batch 64, got float: 2 axes expected, not 0"""
    return spoil(
        text, "state: {h: zeros batch $dim, c: zeros batch $dim}", "state: {h: zeros, c: zeros batch $dim}"
    )


@spoiler(SEQ2SEQ, at="next: {h: cell.h, c: cell.c,")
def start_of_another_width(text: str) -> str:
    """node 'decoder': the state 'context' is float batch 63 at the start and float batch 64 after a
    step, and a state keeps its type
    """
    return spoil(text, "context: zeros batch $dim}", "context: zeros batch 63}")


@spoiler(SEQ2SEQ, at="state: {h: encoder")
def state_without_next(text: str) -> str:
    """node 'decoder': the state 'context' has no next, so nothing is fed back; write next: {context:
    …}, or make it a const
    """
    return spoil(text, "next: {h: cell.h, c: cell.c, context: attend.out}", "next: {h: cell.h, c: cell.c}")


@spoiler(SEQ2SEQ, at="next: {h: cell.h, c: cell.c,")
def next_without_state(text: str) -> str:
    """node 'decoder': next names 'context', which is no state of this scan; its states are h, c"""
    return spoil(
        text,
        "state: {h: encoder.h, c: encoder.c, context: zeros batch $dim}",
        "state: {h: encoder.h, c: encoder.c}",
    )


@spoiler(SEQ2SEQ)
def next_of_another_width(text: str) -> str:
    """node 'decoder': the state 'context' is float batch 64 at the start and float batch 128 after a
    step, and a state keeps its type
    """
    return spoil(text, "context: attend.out}   #", "context: feed}   #")


@spoiler(SEQ2SEQ)
def final_unknown(text: str) -> str:
    """node 'encoder': final names 'k', which is no state of this scan; its states are h, c"""
    return spoil(text, "final: {h: h, c: c}", "final: {h: h, c: k}")


@spoiler(SEQ2SEQ, at="in: {query")
def const_missing(text: str) -> str:
    """decoder.attend.keys: there is no node or input 'keys' here; it is outside the scan: hand it in
    with const: {keys: keys}
    """
    return spoil(text, "keys: keys, mask: source_mask}", "mask: source_mask}")


@spoiler(SEQ2SEQ, at="over: target", also=("node-unused",))
def each_without_the_axis(text: str) -> str:
    """node 'decoder': no input of this scan has the axis 'target': 'y' is float batch 64; name an axis
    that each input in 'each' has
    """
    return spoil(text, "each: {y: target_embed}", "each: {y: encoder.h}")


@spoiler(SEQ2SEQ, at="stack: {out")
def scan_without_a_body(text: str) -> str:
    """node 'encoder': there is no node or input 'cell' here (3 wires read it); the names here are x, h,
    c
    """
    return spoil(
        text,
        "      nodes:\n"
        "        cell:\n"
        "          use: recurrent/lstm_cell\n"
        "          with: {hidden: $dim}            # its input width is solved from the wire\n"
        "          in: {x: x, h: h, c: c}\n",
        "",
    )


# -------------------------------------------------------------------------------------- repeats and blocks


@spoiler(TRANSFORMER)
def repeat_a_billion_times(text: str) -> str:
    """node 'encoder': a repeat has from 1 to 10000 layers, got 1000000000"""
    return spoil(text, "repeat: $layers                       #", "repeat: 1000000000 #")


@spoiler(TRANSFORMER)
def repeat_zero(text: str) -> str:
    """node 'encoder': a repeat has from 1 to 10000 layers, got 0"""
    return spoil(text, "repeat: $layers                       #", "repeat: 0 #")


@spoiler(TRANSFORMER)
def repeat_negative(text: str) -> str:
    """node 'encoder': a repeat has from 1 to 10000 layers, got -1"""
    return spoil(text, "repeat: $layers                       #", "repeat: -1 #")


@spoiler(TRANSFORMER)
def repeat_half(text: str) -> str:
    """node 'encoder': 'repeat' is a number or an expression of params, got the number 2.5; write
    repeat: 3 or repeat: $layers
    """
    return spoil(text, "repeat: $layers                       #", "repeat: 2.5 #")


@spoiler(TRANSFORMER, at="repeat: $layers                       #", also=("repeat-count",))
def repeat_from_a_param_of_zero(text: str) -> str:
    """node 'encoder': a repeat has from 1 to 10000 layers, got 0"""
    return spoil(text, "layers: 3,", "layers: 0,")


@spoiler(TRANSFORMER)
def vary_of_the_wrong_length(text: str) -> str:
    """node 'encoder': 'dropout' varies over 2 values, and there are 3 layers; write one value for each
    layer
    """
    return spoil(
        text, "    carry: {x: position} ", "    vary: {dropout: [0.1, 0.2]}\n    carry: {x: position} "
    )


@spoiler(TRANSFORMER, also=("mask-unwired",))
def block_in_itself(text: str) -> str:
    """node 'encoder.0.feed': the block encoder_layer is made of itself: encoder_layer -> encoder_layer;
    a block contains others, never itself
    """
    return spoil(
        text,
        "use: feed_forward, with: {hidden: $hidden, dropout: $dropout}, in: attend}",
        "use: encoder_layer, with: {heads: $heads, hidden: $hidden, dropout: $dropout}, in: attend}",
    )


@spoiler(TRANSFORMER, also=("param-unused",))
def block_param_missing(text: str) -> str:
    """node 'encoder.0.attend': the block attend_self needs the param 'heads'; write with: {heads: …}"""
    return spoil(
        text,
        "use: attend_self, with: {heads: $heads, dropout: $dropout}, in: {x",
        "use: attend_self, with: {dropout: $dropout}, in: {x",
    )


@spoiler(TRANSFORMER)
def block_param_unknown(text: str) -> str:
    """node 'encoder.0.attend': the block attend_self has no param 'width'; its params are heads,
    causal, dropout
    """
    return spoil(
        text,
        "use: attend_self, with: {heads: $heads, dropout: $dropout}, in: {x",
        "use: attend_self, with: {heads: $heads, width: 3, dropout: $dropout}, in: {x",
    )


@spoiler(TRANSFORMER, at="feed_forward:")
def block_without_outputs(text: str) -> str:
    """node 'encoder.0.feed': the block feed_forward has no outputs; write outputs: {out: node}"""
    return spoil(
        text,
        "    params: {hidden: ~, dropout: ~}\n"
        "    inputs: {x: float batch time dim}\n"
        "    outputs: {out: add}\n",
        "    params: {hidden: ~, dropout: ~}\n    inputs: {x: float batch time dim}\n",
    )


@spoiler(TRANSFORMER)
def block_output_unknown(text: str) -> str:
    """node 'encoder.0.feed': there is no node or input 'ad' here (did you mean 'add'?)"""
    return spoil(
        text,
        "    inputs: {x: float batch time dim}\n    outputs: {out: add}\n",
        "    inputs: {x: float batch time dim}\n    outputs: {out: ad}\n",
    )


@spoiler(TRANSFORMER)
def file_missing(text: str) -> str:
    """node 'decoder': there is no file 'other.yaml' (did you mean 't.yaml'?)"""
    return spoil(text, "use: decoder_layer\n", "use: other.yaml#decoder_layer\n")


@spoiler(TRANSFORMER)
def file_without_a_block(text: str) -> str:
    """node 'decoder': 'other.yaml' is a file, and a node uses a block of it; write 'other.yaml#block'"""
    return spoil(text, "use: decoder_layer\n", "use: other.yaml\n")


@spoiler(TRANSFORMER)
def file_of_one_computer(text: str) -> str:
    """node 'decoder': '/home/me/other.yaml' is a path of one computer; write it relative to this file"""
    return spoil(text, "use: decoder_layer\n", "use: /home/me/other.yaml#decoder_layer\n")


@spoiler(SEQ2SEQ)
def python_path(text: str) -> str:
    """node 'decoder.attend': 'torch.nn.LSTM' looks like a Python path, which is never imported; write
    'pack/layer' or a block's name
    """
    return spoil(text, "use: attention/additive", "use: torch.nn.LSTM")


# -------------------------------------------------------------------------------------- sizes and settings


@spoiler(TRANSFORMER, at="norm: {use: norm/layer_norm, in: x}\n      attend:", also=("layer-refuses",))
def heads_that_do_not_divide(text: str) -> str:
    """node 'encoder.0.attend.attend': attention/multi_head: every head has an equal part of dim, and 64
    does not divide into 5 heads; make dim a multiple of heads
    """
    return spoil(text, "heads: 4,", "heads: 5,")


@spoiler(SEQ2SEQ)
def size_negative(text: str) -> str:
    """node 'keys': 'output' is an integer greater than 0, got -32"""
    return spoil(text, "output: $attention", "output: -32")


@spoiler(SEQ2SEQ, at="source_embed:")
def size_zero_from_a_param(text: str) -> str:
    """node 'source_embed': 'dim' is an integer greater than 0, got 0 (from $dim)"""
    return spoil(text, "  dim: 64 ", "  dim: 0 ")


@spoiler(SEQ2SEQ)
def size_divided_unevenly(text: str) -> str:
    """node 'keys': '$attention/3' is not a size: only integers, names, $params and + - * // may stand
    in it; write $$ for a dollar sign in text
    """
    return spoil(text, "output: $attention", "output: $attention/3")


@spoiler(SEQ2SEQ)
def setting_of_the_wrong_type(text: str) -> str:
    """node 'keys': 'bias' is true or false, got 3"""
    return spoil(text, "with: {output: $attention, bias: false}", "with: {output: $attention, bias: 3}")


@spoiler(SEQ2SEQ)
def setting_no(text: str) -> str:
    """node 'keys': 'bias' is true or false, got 'no'"""
    return spoil(text, "with: {output: $attention, bias: false}", "with: {output: $attention, bias: no}")


@spoiler(TRANSFORMER, at="with: {heads: $heads, causal: $")
def setting_on(text: str) -> str:
    """node 'decoder.0.attend.attend': 'causal' is true or false, got 'on' (from $causal)"""
    return spoil(
        text, "with: {heads: $heads, causal: true, dropout", "with: {heads: $heads, causal: on, dropout"
    )


@spoiler(TRANSFORMER, at="with: {heads: $heads, causal: $")
def setting_out_of_range(text: str) -> str:
    """node 'encoder.0.attend.attend': 'dropout' is a number at least 0 and less than 1, got 1.1 (from
    $dropout)
    """
    return spoil(text, "dropout: 0.1}", "dropout: 1.1}")


@spoiler(SEQ2SEQ)
def setting_a_text(text: str) -> str:
    """node 'keys': 'output' is an integer greater than 0, got 'wide'"""
    return spoil(text, "output: $attention", "output: wide")


@spoiler(SEQ2SEQ)
def setting_missing(text: str) -> str:
    """node 'keys': basic/linear needs the setting 'output'; write with: {output: …}"""
    return spoil(text, "with: {output: $attention, bias: false}", "with: {bias: false}")


@spoiler(SEQ2SEQ)
def number_with_a_leading_zero(text: str) -> str:
    """some YAML readers take '064' for an octal number; write 64, or quote it"""
    return spoil(text, "  dim: 64 ", "  dim: 064 ")


@spoiler(SEQ2SEQ)
def number_grouped(text: str) -> str:
    """some YAML readers take '1_000' for text; write 1000, or quote it"""
    return spoil(text, "  vocab: 1000 ", "  vocab: 1_000 ")


@spoiler(SEQ2SEQ)
def number_beyond_64_bits(text: str) -> str:
    """an integer lies between ±(2^63 - 1), got 99999999999999999999; write a float, as in 1e20"""
    return spoil(text, "  vocab: 1000 ", "  vocab: 99999999999999999999 ")


@spoiler(SEQ2SEQ)
def param_is_a_list(text: str) -> str:
    """a param is a number, a text, true, false or ~, got a list"""
    return spoil(text, "  vocab: 1000 ", "  vocab: [1000] ")


@spoiler(SEQ2SEQ)
def param_is_an_expression(text: str) -> str:
    """a param is a plain value, got the expression '$dim*4'; write it where the param is used"""
    return spoil(text, "  vocab: 1000 ", "  vocab: $dim*4 ")


@spoiler(SEQ2SEQ)
def expression_broken(text: str) -> str:
    """node 'keys': '$attention*' is not a size: it ends where a number or a name is expected; write $$
    for a dollar sign in text
    """
    return spoil(text, "output: $attention", "output: $attention*")


@spoiler(SEQ2SEQ)
def expression_without_dollar(text: str) -> str:
    """node 'keys': '$attention*dim' names 'dim', which is no param; write '$dim' for the param"""
    return spoil(text, "output: $attention", "output: $attention*dim")


# --------------------------------------------------------------------------------------------------- types


@spoiler(TRANSFORMER)
def type_unknown(text: str) -> str:
    """a type is '[optional] float|int|bool axis axis …', got 'integer batch target' (did you mean
    'int'?)
    """
    return spoil(text, "  target: int batch target ", "  target: integer batch target ")


@spoiler(TRANSFORMER)
def type_without_a_dtype(text: str) -> str:
    """a type is '[optional] float|int|bool axis axis …', got 'batch target'; begin with float, int or
    bool
    """
    return spoil(text, "  target: int batch target ", "  target: batch target ")


@spoiler(TRANSFORMER)
def type_is_a_list(text: str) -> str:
    """a type is '[optional] float|int|bool axis axis …', got a list; types are words with spaces: float
    batch time
    """
    return spoil(text, "  target: int batch target ", "  target: [int, batch, target] ")


@spoiler(TRANSFORMER)
def type_with_a_star(text: str) -> str:
    """'*batch' is for the hints of layers; in a graph every axis has a name or a size"""
    return spoil(text, "  target: int batch target ", "  target: int *batch target ")


@spoiler(TRANSFORMER)
def type_with_a_negative_size(text: str) -> str:
    """the size of an axis is not negative, got -3"""
    return spoil(text, "  target: int batch target ", "  target: int batch -3 ")


# ------------------------------------------------------------------------------------------- reuse and tie


@spoiler(SEQ2SEQ)
def reuse_unknown(text: str) -> str:
    """node 'target_embed': there is no node 'source_embedding' here whose module could be applied again
    (did you mean 'source_embed'?)
    """
    return spoil(text, "reuse: source_embed ", "reuse: source_embedding ")


@spoiler(SEQ2SEQ)
def reuse_itself(text: str) -> str:
    """node 'target_embed': 'target_embed' would be applied inside itself; reuse a node that has a
    module of its own
    """
    return spoil(text, "reuse: source_embed ", "reuse: target_embed ")


@spoiler(TRANSFORMER)
def reuse_with_settings(text: str) -> str:
    """node 'target_embed': a node with 'reuse' has no 'with'; settings belong to the node that is
    reused, or to nodes inside
    """
    return spoil(text, "target_embed: {reuse: embed, in", "target_embed: {reuse: embed, with: {dim: 3}, in")


@spoiler(TRANSFORMER)
def tie_to_an_unknown_node(text: str) -> str:
    """node 'generator': there is no node 'embedding' here whose parameter could be shared (did you mean
    'embed'?)
    """
    return spoil(text, "tie: {weight: embed.weight}", "tie: {weight: embedding.weight}")


@spoiler(SEQ2SEQ, at="tie")
def tie_to_another_shape(text: str) -> str:
    """node 'decoder.logits': 'weight' of 'logits' is 999 × 64, and 'weight' of 'source_embed' is 1000 ×
    64: one parameter has one shape
    """
    return spoil(text, "with: {output: $vocab, bias: false}", "with: {output: 999, bias: false}")


@spoiler(TRANSFORMER)
def tie_to_itself(text: str) -> str:
    """node 'generator': these ties go round in a circle: generator.weight -> generator.weight; leave
    one of them out
    """
    return spoil(text, "tie: {weight: embed.weight}", "tie: {weight: generator.weight}")


# ------------------------------------------------------------------------------- what is unused or missing


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


# ------------------------------------------------------------------------------------------------ the file


@spoiler(SEQ2SEQ, at="# Sequence")
def format_missing(text: str) -> str:
    """the file does not say which format it is; write 'format: zoo/1' in the first line"""
    return spoil(text, "format: zoo/1\n", "")


@spoiler(SEQ2SEQ)
def format_of_tomorrow(text: str) -> str:
    """format 'zoo/9' is not known to this version of the zoo (did you mean 'zoo/1'?); known are zoo/1;
    a newer zoo may know more
    """
    return spoil(text, "format: zoo/1\n", "format: zoo/9\n")


@spoiler(SEQ2SEQ, at="# Sequence")
def name_missing(text: str) -> str:
    """the graph has no name; write 'name: …' below 'format'"""
    return spoil(text, "name: seq2seq_additive\n", "")


@spoiler(SEQ2SEQ)
def documents_two(text: str) -> str:
    """a file holds one graph, here a second document begins; split the file at '---'"""
    return spoil(text, "nodes:\n  source_embed", "---\nnodes:\n  source_embed")


@spoiler(SEQ2SEQ)
def duplicate_key(text: str) -> str:
    """'vocab' stands twice in one mapping, first in line 16; rename or remove one of them"""
    return spoil(text, "  dim: 64 ", "  vocab: 64 ")


@spoiler(TRANSFORMER)
def duplicate_node(text: str) -> str:
    """'memory' stands twice in one mapping, first in line 82; rename or remove one of them"""
    return spoil(text, "decoder_norm: {use", "memory: {use")


@spoiler(SEQ2SEQ)
def tag(text: str) -> str:
    """'!!python/name:os.system' is a YAML tag, which the format does not know; remove it, or quote text
    that begins with !
    """
    return spoil(text, "  vocab: 1000 ", "  vocab: !!python/name:os.system 1000 ")


@spoiler(SEQ2SEQ)
def anchor(text: str) -> str:
    """'&v' is a YAML anchor, which the format does not know; remove it; use a param or a block for what
    is said twice
    """
    return spoil(text, "  vocab: 1000 ", "  vocab: &v 1000 ")


@spoiler(SEQ2SEQ)
def alias(text: str) -> str:
    """'*dim' is a YAML alias, which the format does not know; write the value out, use a param or a
    block, or quote text with a *
    """
    return spoil(text, "  vocab: 1000 ", "  vocab: *dim ")


@spoiler(SEQ2SEQ)
def merge(text: str) -> str:
    """'<<' (merge) is not part of the format; write 'key: value', one entry for each"""
    return spoil(text, "  vocab: 1000 ", "  <<: {vocab: 1000} ")


@spoiler(SEQ2SEQ)
def tab(text: str) -> str:
    """a tab stands where spaces indent; indent with spaces"""
    return spoil(text, "  vocab: 1000 ", "\tvocab: 1000 ")


@spoiler(SEQ2SEQ)
def nul(text: str) -> str:
    """the invisible character U+0000 (NUL) may not stand in a graph file; remove it, or write it as an
    escape in double quotes
    """
    return spoil(text, "  vocab: 1000 ", "  vocab: 10\x0000 ")


@spoiler(SEQ2SEQ, at="cell: {")
def bracket_open(text: str) -> str:
    """'cell:' stands where the '[' before it needs ',' or ']'; put commas between entries and ']'
    behind the last
    """
    return spoil(text, "in: [y, context] ", "in: [y, context ")


@spoiler(SEQ2SEQ, at="in: {x: x")
def brace_open(text: str) -> str:
    """'in:' stands where the '{' before it needs ',' or '}'; put commas between entries and '}' behind
    the last
    """
    return spoil(text, "with: {hidden: $dim}            #", "with: {hidden: $dim            #")


@spoiler(SEQ2SEQ, at="keys:                                   #")
def quote_open(text: str) -> str:
    """'s' does not continue the mapping above; entries of one mapping begin in the same column, and are
    indented by spaces; quote text that holds ': ' or ' #', or that begins with one of @ ` % & * ! |
    > [ ] { }
    """
    return spoil(text, "name: seq2seq_additive\n", "name: 'seq2seq_additive\n")


@spoiler(SEQ2SEQ)
def indentation_too_deep(text: str) -> str:
    """'dim:' does not continue the mapping above; entries of one mapping begin in the same column, and
    are indented by spaces; quote text that holds ': ' or ' #', or that begins with one of @ ` % & *
    ! | > [ ] { }
    """
    return spoil(text, "  dim: 64 ", "   dim: 64 ")


@spoiler(SEQ2SEQ)
def indentation_too_shallow(text: str) -> str:
    """'dim:' does not continue the mapping above; entries of one mapping begin in the same column, and
    are indented by spaces; quote text that holds ': ' or ' #', or that begins with one of @ ` % & *
    ! | > [ ] { }
    """
    return spoil(text, "  dim: 64 ", " dim: 64 ")


@spoiler(SEQ2SEQ, at="each: {y")
def colon_without_a_space(text: str) -> str:
    """this ':' makes no 'key: value'; quote text that holds ': ' or ' #', or that begins with one of @
    ` % & * ! | > [ ] { }; entries of one mapping begin in the same column, and are indented by
    spaces
    """
    return spoil(text, "over: target\n", "over:target\n")


@spoiler(SEQ2SEQ)
def colon_without_a_space_in_braces(text: str) -> str:
    """node 'encoder': the name of a step is letters, digits and underscores, got 'x:source_embed'; put
    a space behind the colon
    """
    return spoil(text, "each: {x: source_embed}", "each: {x:source_embed}")


@spoiler(TRANSFORMER)
def params_is_a_list(text: str) -> str:
    """'params' is a mapping, got a list; write {name: value}"""
    return spoil(
        text,
        "params: {vocab: 1000, dim: 64, heads: 4, hidden: 256, layers: 3, dropout: 0.1}",
        "params: [vocab, dim, heads, hidden, layers, dropout]",
    )


@spoiler(TRANSFORMER)
def node_is_a_list(text: str) -> str:
    """node 'decoder_norm': a node is a mapping, got a list; write {use: pack/layer, in: x}"""
    return spoil(
        text, "decoder_norm: {use: norm/layer_norm, in: decoder}", "decoder_norm: [norm/layer_norm, decoder]"
    )


@spoiler(TRANSFORMER)
def node_is_a_word(text: str) -> str:
    """node 'decoder_norm': a node is a mapping, got 'norm/layer_norm'; write {use: pack/layer, in: x}"""
    return spoil(text, "decoder_norm: {use: norm/layer_norm, in: decoder}", "decoder_norm: norm/layer_norm")


@spoiler(TRANSFORMER)
def node_with_nothing_to_do(text: str) -> str:
    """node 'decoder_norm': a node says what it is by 'use', 'repeat', 'scan' or 'reuse'; write one of
    'use', 'repeat', 'scan', 'reuse'
    """
    return spoil(text, "decoder_norm: {use: norm/layer_norm, in: decoder}", "decoder_norm: {in: decoder}")


@spoiler(TRANSFORMER)
def node_with_two_kinds(text: str) -> str:
    """node 'target_embed': a node with 'reuse' has no 'use'; what it walks over or applies again is
    said once
    """
    return spoil(
        text, "target_embed: {reuse: embed, in", "target_embed: {reuse: embed, use: basic/embedding, in"
    )


@spoiler(SEQ2SEQ)
def with_is_a_word(text: str) -> str:
    """node 'decoder.attend': 'with' is a mapping, got '$attention'; write {name: value}"""
    return spoil(text, "with: {attention: $attention}", "with: $attention")


@spoiler(TRANSFORMER)
def name_with_a_space(text: str) -> str:
    """the name of a node is letters, digits and underscores, got 'decoder norm'; write 'decoder_norm'"""
    return spoil(text, "  decoder_norm: {use", "  decoder norm: {use")


@spoiler(SEQ2SEQ)
def name_with_a_dash(text: str) -> str:
    """the name of a param is letters, digits and underscores, got 'dim-'; write 'dim'"""
    return spoil(text, "  dim: 64 ", "  dim-: 64 ")


@spoiler(TRANSFORMER, also=("wire-unknown",))
def name_begins_with_a_digit(text: str) -> str:
    """the name of a node is letters, digits and underscores, got '2nd_norm'; write '_2nd_norm'"""
    return spoil(text, "  decoder_norm: {use", "  2nd_norm: {use")


@spoiler(SEQ2SEQ)
def requires_unknown(text: str) -> str:
    """warning: this graph requires zoo-attention-of-tomorrow, which is not installed; pip install
    "zoo-attention-of-tomorrow"
    """
    return spoil(text, "params:\n", "requires: [zoo-attention-of-tomorrow]\n\nparams:\n")


@spoiler(SEQ2SEQ)
def requires_a_word(text: str) -> str:
    """'requires' is a list, got 'layerzoo'; write requires: [zoo-attention>=1.2]"""
    return spoil(text, "params:\n", "requires: layerzoo\n\nparams:\n")


@spoiler(SEQ2SEQ)
def requires_an_address(text: str) -> str:
    """'zoo @ https://example.org/zoo.whl' names an address; write the distribution's name, perhaps with
    its versions
    """
    return spoil(text, "params:\n", "requires: ['zoo @ https://example.org/zoo.whl']\n\nparams:\n")


@spoiler(SEQ2SEQ)
def layout_is_broken(text: str) -> str:
    """warning: 'layout' has a node and two integers, got 'source_embed'; write 'node: [3, 1]', or
    remove the line
    """
    return spoil(text, "params:\n", "layout: {source_embed: [1]}\n\nparams:\n")


# -------------------------------------------------------------------------------------------- the examination


@pytest.fixture(autouse=True)
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with nothing in it, so that files have short names."""
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("text", [SEQ2SEQ, TRANSFORMER])
def test_nothing_spoiled_is_no_problem(text: str) -> None:
    Path("t.yaml").write_text(text, encoding="utf-8")
    assert not check_file("t.yaml")


_SAY_WHAT_HOLDS = {"scan-state", "tie-shape"}
"""Two things do not agree, and only the author knows which of them is meant."""


@pytest.mark.parametrize("name", SPOILERS)
def test_one_thing_spoiled(name: str) -> None:
    spoiler = SPOILERS[name]
    spoiled = spoiler.change(spoiler.text)
    Path("t.yaml").write_text(spoiled, encoding="utf-8")
    problems = check_file("t.yaml")
    says = [str(problem).partition(": ")[2] for problem in problems]
    assert spoiler.says in says, "\n".join(says)
    main = problems.pop(says.index(spoiler.says))
    assert main.place is not None
    assert (main.place.file, main.place.line) == ("t.yaml", spoiler.line(spoiled))
    assert [problem.code for problem in problems] == [*spoiler.also]
    assert main.severity == ("warning" if spoiler.says.startswith("warning: ") else "error")
    assert main.code
    remedied = main.remedy or any(sign in main.message for sign in ("did you mean", ", got ", "; "))
    assert remedied or main.code in _SAY_WHAT_HOLDS


def test_there_are_many_ways_to_spoil_a_graph() -> None:
    alone = [spoiler for spoiler in SPOILERS.values() if not spoiler.also]
    assert len(SPOILERS) >= 120
    assert len(alone) >= 100
