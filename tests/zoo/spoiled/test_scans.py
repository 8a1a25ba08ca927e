"""Scans and masks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.zoo.spoiled.spoiling import SEQ2SEQ, TRANSFORMER, Spoilers, spoil

spoiler = Spoilers()


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


@spoiler(SEQ2SEQ)
def start_without_axes(text: str) -> str:
    """node 'encoder': the state 'h' is float at the start and float batch 64 after a step, and a state
    keeps its type; write 'zeros batch $dim'
    """
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


@spoiler(SEQ2SEQ, at="over: target")
def each_without_the_axis(text: str) -> str:
    """node 'decoder': no input of this scan has the axis 'target': 'y' is float batch 64; name an axis
    that each input in 'each' has
    """
    return spoil(text, "each: {y: target_embed}", "each: {y: encoder.h}")


@spoiler(SEQ2SEQ, at="stack: {out")
def scan_without_a_body(text: str) -> str:
    """node 'encoder': there is no node or input 'cell' here (3 wires read it); write the nodes under
    'nodes'; there are none yet
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


@spoiler(SEQ2SEQ, at="state: {h: zeros")
def nothing_is_fed_back(text: str) -> str:
    """node 'encoder': nothing is fed back, as none of the states h, c has a next; write next: {h: …, …}"""
    return spoil(
        text, "      next: {h: cell.h, c: cell.c}\n      stack: {out: cell.h}", "      stack: {out: cell.h}"
    )


@pytest.mark.parametrize("name", spoiler)
def test_one_thing_spoiled(name: str, tmp_path: Path) -> None:
    spoiler.examine(name, tmp_path)
