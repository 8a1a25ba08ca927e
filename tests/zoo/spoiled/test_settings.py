"""Sizes, settings and types."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


@spoiler(TRANSFORMER, at="norm: {use: norm/layer_norm, in: x}\n      attend:")
def heads_that_do_not_divide(text: str) -> str:
    """node 'encoder.0.attend.attend': attention/multi_head: every head has an equal part of dim, and 64
    does not divide into 5 heads; make dim a multiple of heads
    """
    return spoil(text, "heads: 4,", "heads: 5,")


@spoiler(SEQ2SEQ)
def size_negative(text: str) -> str:
    """node 'keys': 'output' is an integer greater than 0, got -32"""
    return spoil(text, "output: $attention", "output: -32")


@spoiler(SEQ2SEQ)
def size_zero_from_a_param(text: str) -> str:
    """node 'source_embed': 'dim' is an integer greater than 0, got 0 (from $dim)"""
    return spoil(text, "  dim: 64 ", "  dim: 0 ")


@spoiler(SEQ2SEQ)
def size_divided_unevenly(text: str) -> str:
    """node 'keys': '$attention/3' is not a size: only integers, names, $params and + - * // may stand
    in it; write // to divide; it rounds down
    """
    return spoil(text, "output: $attention", "output: $attention/3")


@spoiler(SEQ2SEQ)
def setting_of_the_wrong_type(text: str) -> str:
    """node 'keys': 'bias' is true or false, got 3"""
    return spoil(text, "with: {output: $attention, bias: false}", "with: {output: $attention, bias: 3}")


@spoiler(SEQ2SEQ)
def setting_no(text: str) -> str:
    """node 'keys': 'bias' is true or false, got 'no'; write false"""
    return spoil(text, "with: {output: $attention, bias: false}", "with: {output: $attention, bias: no}")


@spoiler(TRANSFORMER)
def setting_on(text: str) -> str:
    """node 'decoder.0.attend.attend': 'causal' is true or false, got 'on' (from $causal); write true"""
    return spoil(
        text, "with: {heads: $heads, causal: true, dropout", "with: {heads: $heads, causal: on, dropout"
    )


@spoiler(TRANSFORMER)
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
    """node 'keys': '$attention*' is not a size: it ends where a number or a name is expected; write it
    as in $dim * 2 + 1
    """
    return spoil(text, "output: $attention", "output: $attention*")


@spoiler(SEQ2SEQ)
def expression_without_dollar(text: str) -> str:
    """node 'keys': '$attention*dim' names 'dim', which is no param; write '$dim' for the param"""
    return spoil(text, "output: $attention", "output: $attention*dim")


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


@spoiler(SEQ2SEQ)
def dollar_missing(text: str) -> str:
    """node 'keys': 'output' is an integer greater than 0, got 'attention'; write '$attention' for the
    param
    """
    return spoil(text, "with: {output: $attention, bias", "with: {output: attention, bias")


@spoiler(SEQ2SEQ)
def number_in_quotes(text: str) -> str:
    """node 'source_embed': 'dim' is an integer greater than 0, got '64' (from $dim); write 64, without
    quotes
    """
    return spoil(text, "  dim: 64 ", "  dim: '64' ")


@spoiler(TRANSFORMER)
def number_with_a_comma(text: str) -> str:
    """node 'encoder.0.attend.attend': 'dropout' is a number at least 0 and less than 1, got '0,1' (from
    $dropout); write 0.1, with a point
    """
    return spoil(text, "dropout: 0.1}", "dropout: '0,1'}")


@spoiler(TRANSFORMER)
def number_with_a_point(text: str) -> str:
    """node 'encoder.0.attend.attend': 'heads' is an integer greater than 0, got 4.0 (from $heads); write 4"""
    return spoil(text, "heads: 4,", "heads: 4.0,")


@spoiler(SEQ2SEQ)
def type_with_brackets(text: str) -> str:
    """a type is '[optional] float|int|bool axis axis …', got 'int[batch, target]' (did you mean 'int batch
    target'?)
    """
    return spoil(text, "target: int batch target ", "target: int[batch, target] ")


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
