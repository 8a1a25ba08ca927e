"""The file itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


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
    """'dim:' begins in column 4, where no mapping above begins; begin it in the column of the entries
    that it stands beside
    """
    return spoil(text, "  dim: 64 ", "   dim: 64 ")


@spoiler(SEQ2SEQ)
def indentation_too_shallow(text: str) -> str:
    """'dim:' begins in column 2, where no mapping above begins; begin it in the column of the entries
    that it stands beside
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


@spoiler(SEQ2SEQ, at="target_embed:")
def brace_missing(text: str) -> str:
    """'target_embed:' stands where the '{' of a line above needs ',' or '}'; write the '}' that it lacks, or
    the comma between entries
    """
    return spoil(text, "      final: {h: h, c: c}\n", "      final: {h: h, c: c\n")


@spoiler(SEQ2SEQ)
def colon_missing(text: str) -> str:
    """'source_embed' lacks its colon; write 'source_embed: {…'"""
    return spoil(text, "  source_embed: {use", "  source_embed {use")


@spoiler(SEQ2SEQ)
def space_behind_a_colon_missing(text: str) -> str:
    """node 'source_embed': a node says what it is by 'use', 'repeat', 'scan' or 'reuse' (did you mean 'use:
    basic/embedding', with a space?)
    """
    return spoil(text, "source_embed: {use: basic", "source_embed: {use:basic")


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
