"""Repeats and blocks; modules and parameters used twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


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


@spoiler(TRANSFORMER)
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


@spoiler(TRANSFORMER)
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
    """node 'generator': these ties form a cycle: generator.weight -> generator.weight; leave
    one of them out
    """
    return spoil(text, "tie: {weight: embed.weight}", "tie: {weight: generator.weight}")


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
