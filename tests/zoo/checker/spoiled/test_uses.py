"""What a node may be a use of: layers, blocks, other files; the names of things.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.spoiled.spoiling import BLOCKS, SMALL, Spoilers, spoil

spoiler = Spoilers()


@spoiler
def layer_missing() -> str:
    """t.yaml:9:10: node 'attend': there is no layer 'atention/multi_head' (did you mean
    'attention/multi_head'?); zoo layers lists them all
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


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
