"""Texts of graphs of scans, one cell each, for what runs in one call."""

from __future__ import annotations

from collections.abc import Iterable

from tests.zoo.compiler.test_lowerings_recognised import SIGMOIDS

ALONE = {"h": "cell"}
CELLS = {
    "lstm": (
        "recurrent/lstm_cell, with: {hidden: WIDTH}, in: {x: x, h: h, c: c}",
        {"h": "cell.h", "c": "cell.c"},
    ),
    "gru": ("recurrent/gru_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "tanh": ("recurrent/rnn_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "relu": ("recurrent/rnn_cell, with: {hidden: WIDTH, activation: relu}, in: {x: x, h: h}", ALONE),
    "own": ("own/cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "loud": ("own/loud_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
}
"""What a node ``cell`` uses, and the states after it."""


def scan(name: str, *more: str, x: str = "x", cell: str = "lstm", width: int = 5, **starts: str) -> str:
    """A scan of one cell with these lines more; ``starts`` are its states where they are no zeros."""
    use, after = CELLS.get(cell, ("", {"h": "hidden", "c": "cell"}))
    nodes = f"\n        cell: {{use: {use}}}" if use else SIGMOIDS
    begin = ", ".join(f"{each}: {starts.get(each, 'zeros batch WIDTH')}" for each in after)
    lines = [
        f"over: time\n      each: {{x: {x}}}\n      MASK",
        *more,
        f"state: {{{begin}}}",
        f"nodes: {nodes}",
        f"next: {{{', '.join(f'{state}: {ref}' for state, ref in after.items())}}}",
        f"stack: {{out: {after['h']}}}",
        f"final: {{{', '.join(f'{state}: {state}' for state in after)}}}",
    ]
    return "\n      ".join([f"\n  {name}:\n    scan:", *lines]).replace("WIDTH", str(width))


def graph(nodes: Iterable[str], outputs: str, *, mask: bool = False) -> str:
    """Nodes, of which all scans that say nothing else have the mask, or have none."""
    text = f"""
format: zoo/1
name: walk
inputs: {{x: float batch time 3, mask: bool batch time, first: float batch 5}}
outputs: {{{outputs}}}
nodes: {"".join(nodes)}
"""
    return text.replace("MASK", "mask: mask" if mask else "")


BACK = "reverse: true"


def both(name: str, *read: str, use: str = "basic/concat") -> str:
    return f"\n  {name}: {{use: {use}, in: [{', '.join(f'{each}.out' for each in read)}]}}"


AHEAD, BOTH = scan("ahead"), both("both", "ahead", "back")
