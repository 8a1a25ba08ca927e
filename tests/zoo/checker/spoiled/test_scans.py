"""Scans.

One thing is spoiled at a time, and the docstring is all that the checker then says.
"""

from __future__ import annotations

import pytest

from tests.zoo.checker.spoiled.spoiling import SCAN, Spoilers, spoil

spoiler = Spoilers()


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


@pytest.mark.parametrize("name", spoiler)
def test_what_is_said(name: str) -> None:
    spoiler.examine(name)
