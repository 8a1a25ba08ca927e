"""One thing spoiled at a time: the docstring is all that the checker then says."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

import pytest

from tests.zoo.checker.helpers import SEQ2SEQ, TRANSFORMER, problems
from zoo.checker.findings import Code

Spoiler = Callable[[], str]

SPOILERS: list[Spoiler] = []


def spoiler(function: Spoiler) -> Spoiler:
    SPOILERS.append(function)
    return function


def spoil(text: str, *changes: tuple[str, str]) -> str:
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
        text = text.replace(old, new)
    return text


SMALL = """\
format: zoo/1
name: small
params: {dim: 14}
inputs: {tokens: int batch time, mask: bool batch time}
outputs: {out: deep}
nodes:
  embed: {use: basic/embedding, with: {vocab: 29, dim: $dim}, in: tokens}
  attend:
    use: attention/multi_head
    with: {heads: 2}
    in: {query: embed, key: embed, value: embed, mask: mask}
  add: {use: basic/add, in: [embed, attend]}
  deep: {use: basic/linear, with: {output: 5}, in: add}
"""

BLOCKS = """\
format: zoo/1
name: blocks
inputs: {x: float batch time 14}
outputs: {out: stack}
blocks:
  layer:
    params: {hidden: ~, dropout: 0.0}
    inputs: {x: float batch time dim}
    outputs: {x: add}
    nodes:
      ffn: {use: feedforward/ffn, with: {hidden: $hidden, dropout: $dropout}, in: x}
      add: {use: basic/add, in: [x, ffn]}
nodes:
  stack:
    repeat: 3
    use: layer
    with: {hidden: 17}
    carry: {x: x}
"""

SCAN = """\
format: zoo/1
name: scan
inputs: {x: float batch time 14, mask: bool batch time}
outputs: {out: walk.out}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      mask: mask
      state: {h: zeros batch 5, c: zeros batch 5}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
      next: {h: cell.h, c: cell.c}
      stack: {out: cell.h}
"""


@pytest.mark.parametrize("text", [SMALL, BLOCKS, SCAN, TRANSFORMER, SEQ2SEQ])
def test_nothing_spoiled_is_no_problem(text: str) -> None:
    assert not problems(text)


# --------------------------------------------------------------------------- the three examples of the design


@spoiler
def setting_unknown() -> str:
    """t.yaml:33:42: node 'encoder.0.feed.ffn': feedforward/ffn has no setting 'hiden' (did you mean
    'hidden'?)
    """
    return spoil(TRANSFORMER, ("use: feedforward/ffn, with: {hidden:", "use: feedforward/ffn, with: {hiden:"))


@spoiler
def wire_shape() -> str:
    """t.yaml:51:7: warning: node 'decoder.0.cross': nothing reads 'cross', so norm is computed for nothing
    too; wire it, make it an output, or remove it

    t.yaml:55:42: decoder.0.add.b: expected float batch target 64, got float batch source 64: target is
    not source
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


# ------------------------------------------------------------------------------------------------------ wires


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
    """t.yaml:7:67: embed.tokens: expected int *any, got bool batch time: int is not bool"""
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


# --------------------------------------------------------------------------------------------- what is unused


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


# --------------------------------------------------------------------------------------------------- settings


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
    """t.yaml:7:56: node 'embed': 'dim' is an integer greater than 0, got -14 (from $dim)"""
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
    """t.yaml:11:68: node 'stack.1.ffn': 'dropout' is a number at least 0 and less than 1, got 2 (from
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
    """t.yaml:7:56: node 'embed': the param 'dim' is 'wide', and sizes are made of integers"""
    return spoil(SMALL, ("{dim: 14}", "{dim: wide}"), ("dim: $dim", "dim: $dim * 2"))


@spoiler
def size_value_of_an_input() -> str:
    """t.yaml:3:13: the input 'x': an axis of size -1 cannot be ('14 - 15')"""
    return spoil(BLOCKS, ("inputs: {x: float batch time 14}", "inputs: {x: float batch time 14-15}"))


# -------------------------------------------------------------------------------------- layers, blocks, files


@spoiler
def layer_missing() -> str:
    """t.yaml:9:10: node 'attend': there is no layer 'atention/multi_head' (did you mean
    'attention/multi_head'?); install the pack that offers atention/..., or name its folder in
    ZOO_PLUGINS
    """
    return spoil(SMALL, ("use: attention/multi_head", "use: atention/multi_head"))


@spoiler
def layer_missing_from_an_unknown_pack() -> str:
    """t.yaml:3:12: warning: this graph requires zoo-acme>=2, which is not installed; pip install
    "zoo-acme>=2"

    t.yaml:10:10: node 'attend': there is no layer 'acme/magic'; install the pack that offers acme/...,
    or name its folder in ZOO_PLUGINS; this file requires zoo-acme>=2
    """
    return spoil(
        SMALL,
        ("use: attention/multi_head", "use: acme/magic"),
        ("name: small\n", "name: small\nrequires: [zoo-acme>=2]\n"),
    )


@spoiler
def future_seen() -> str:
    """t.yaml:9:3: node 'attend': attention/multi_head lets a step of 'time' see later ones; this graph is
    causal along 'time', and 'out' would depend on later 'tokens'; write with: {causal: true}
    """
    return spoil(SMALL, ("name: small\n", "name: small\ncausal: [time]\n"))


@spoiler
def requires_missing() -> str:
    """t.yaml:3:25: warning: this graph requires zoo-acme, which is not installed; pip install "zoo-acme\""""
    return spoil(SMALL, ("name: small\n", "name: small\nrequires: [pydantic>=2, zoo-acme]\n"))


@spoiler
def block_unknown() -> str:
    """t.yaml:16:10: node 'stack': there is no block 'layr' (did you mean 'layer'?)"""
    return spoil(BLOCKS, ("use: layer\n", "use: layr\n"))


@spoiler
def block_recursion() -> str:
    """t.yaml:11:18: node 'stack.0.ffn': the block layer is made of itself: layer -> layer; a block
    contains others, never itself
    """
    return spoil(
        BLOCKS,
        (
            "ffn: {use: feedforward/ffn, with: {hidden: $hidden, dropout: $dropout}, in: x}",
            "ffn: {use: layer, with: {hidden: $hidden, dropout: $dropout}, in: x}",
        ),
    )


@spoiler
def file_missing() -> str:
    """t.yaml:16:10: node 'stack': the file 'parts/layers.yaml' has not been read; load the graph from its
    own file, beside which it lies
    """
    return spoil(BLOCKS, ("use: layer\n", "use: parts/layers.yaml#layer\n"))


# ---------------------------------------------------------------------------------------------------- repeats


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
    """t.yaml:16:13: node 'stack': repeat is a number of layers: the param 'layers' is 2.5, and sizes are
    made of integers
    """
    return spoil(
        BLOCKS, ("name: blocks\n", "name: blocks\nparams: {layers: 2.5}\n"), ("repeat: 3", "repeat: $layers")
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


# ------------------------------------------------------------------------------------------------------ scans


@spoiler
def scan_axis() -> str:
    """t.yaml:8:13: node 'walk': no input of this scan has the axis 'tine' (did you mean 'time'?): 'x' is
    float batch time 14; name an axis that each input in 'each' has
    """
    return spoil(SCAN, ("over: time", "over: tine"))


@spoiler
def scan_axis_of_one_input() -> str:
    """t.yaml:10:23: node 'walk': 'y' is float batch 14, which has no axis 'time' to walk over"""
    text = spoil(SCAN, ("each: {x: x}", "each: {x: x, y: still}"), ("{out: cell.h}", "{out: cell.h, y: y}"))
    return spoil(text, ("  walk:", "  still: {use: basic/pick, in: x}\n  walk:"))


@spoiler
def scan_axis_without_each() -> str:
    """t.yaml:8:13: node 'walk': a scan cuts at least one input into steps along 'time', and this one has
    no each; write each: {x: …}
    """
    text = spoil(
        SCAN, ("      each: {x: x}\n", "      const: {x: x}\n"), ("{x: x, h: h, c: c}", "{x: h, h: h, c: c}")
    )
    return spoil(text, ("{out: cell.h}", "{out: cell.h, x: x}"))


@spoiler
def scan_state() -> str:
    """t.yaml:14:17: node 'walk': the state 'h' is float batch 5 at the start and float batch 14 after a
    step, and a state keeps its type
    """
    return spoil(SCAN, ("next: {h: cell.h, c: cell.c}", "next: {h: x, c: cell.c}"))


@spoiler
def scan_next() -> str:
    """t.yaml:11:33: node 'walk': the state 'c' has no next, so nothing is fed back; write next: {c: …}, or
    make it a const
    """
    return spoil(SCAN, ("next: {h: cell.h, c: cell.c}", "next: {h: cell.h}"))


@spoiler
def scan_next_without_a_state() -> str:
    """t.yaml:14:25: node 'walk': next names 'cc', which is no state of this scan (did you mean 'c'?)"""
    return spoil(SCAN, ("next: {h: cell.h, c: cell.c}", "next: {h: cell.h, cc: cell.c}"))


@spoiler
def scan_final() -> str:
    """t.yaml:16:21: node 'walk': final names 'hh', which is no state of this scan (did you mean 'h'?)"""
    return spoil(SCAN, ("stack: {out: cell.h}", "stack: {out: cell.h}\n      final: {last: hh}"))


@spoiler
def scan_mask() -> str:
    """t.yaml:10:13: node 'walk': a mask is bool, with the axis 'time' once, got float batch time"""
    return spoil(SCAN, ("mask: bool batch time}", "mask: float batch time}"))


@spoiler
def scan_mask_before_other_axes() -> str:
    """t.yaml:11:54: node 'walk': 'n' is float 7, which does not begin with the axes of a step's mask, bool
    batch
    """
    return spoil(
        SCAN, ("c: zeros batch 5}", "c: zeros batch 5, n: zeros 7}"), ("c: cell.c}", "c: cell.c, n: n}")
    )


@spoiler
def scan_output() -> str:
    """t.yaml:16:15: node 'walk': 'out' is both a stack and a final of this scan, and an output has one
    meaning; rename one of them
    """
    return spoil(SCAN, ("stack: {out: cell.h}", "stack: {out: cell.h}\n      final: {out: h}"))


@spoiler
def scan_output_without_room() -> str:
    """t.yaml:14:31: node 'walk': 'n' is float in a step, and steps are stacked along axis 1; keep the axes
    that stand before the walked one
    """
    return spoil(
        SCAN,
        ("      mask: mask\n", ""),
        (", mask: bool batch time}", "}"),
        ("h: zeros batch 5", "n: zeros, h: zeros batch 5"),
        ("next: {h", "next: {n: n, h"),
        ("stack: {out: cell.h}", "stack: {out: cell.h, n: n}"),
    )


@spoiler
def axis_unknown() -> str:
    """t.yaml:11:18: node 'walk': 'bach' is no axis of an input here (did you mean 'batch'?); axes come
    from the types of inputs; sizes are numbers or $params
    """
    return spoil(SCAN, ("h: zeros batch 5,", "h: zeros bach 5,"))


# ---------------------------------------------------------------------------------------------- reuse and tie


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
    """t.yaml:59:93: node 'embed': these ties go round in a circle: embed.weight -> generator.weight ->
    embed.weight; leave one of them out
    """
    return spoil(TRANSFORMER, ("in: source}", "in: source, tie: {weight: generator.weight}}"))


# ------------------------------------------------------------------------------------------------------ sizes


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


# -------------------------------------------------------------------------------------------- the examination


@pytest.mark.parametrize("function", SPOILERS, ids=lambda function: function.__name__)
def test_what_is_said(function: Spoiler) -> None:
    expected = [" ".join(part.split()) for part in (function.__doc__ or "").split("\n\n")]
    assert [str(problem) for problem in problems(function())] == expected


def test_every_code_is_spoiled() -> None:
    said = {problem.code for function in SPOILERS for problem in problems(function())}
    overridden = {"param-missing", "param-value"}  # test_params.py
    assert said | overridden == set(get_args(Code))
