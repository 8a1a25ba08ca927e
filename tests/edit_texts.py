"""A graph with something of everything, and what an edit changes in its file."""

from __future__ import annotations

import difflib

from zoo.edits import Edit
from zoo.files import dumps, loads
from zoo.graph import Graph, identical

BASE = """\
format: zoo/1
name: base
params: {dim: 8, unused: 1}
inputs: {x: float batch time 8, mask: bool batch time}
outputs:
  y: walk.out
  z: total
blocks:
  pair:
    params: {width: ~, bias: true}
    inputs: {x: float batch time dim}
    outputs: {out: second}
    nodes:
      first: {use: basic/linear, with: {output: $width, bias: $bias}, in: x}
      second: {use: basic/add, in: [x, first]}
  spare: {}
nodes:
  embed: {use: basic/linear, with: {output: $dim}, in: x}
  one: {use: pair, with: {width: $dim * 2}, in: embed}
  total: {use: basic/add, in: [embed, one]}
  again: {reuse: embed, in: x}
  stack:
    repeat: 2
    use: pair
    with: {width: 8}
    vary: {bias: [true, false]}
    tie: {first.weight: embed.weight}
    carry: {x: total}
  walk:
    scan:
      over: time
      each: {x: stack}
      mask: mask
      state: {h: zeros batch $dim, c: stack}
      const: {whole: embed}
      nodes:
        cell: {use: recurrent/lstm_cell, in: {x: x, h: h, c: c}}
        more: {reuse: embed, in: whole}
        out:
          use: basic/linear
          tie: {weight: embed.weight, bias: one.first.bias}
          in: cell.h
      next: {h: cell.h, c: cell.c}
      stack: {out: out}
      final: {last: h}
layout: {embed: [1, 2], walk.cell: [3, 4], '#pair.first': [5, 6]}
"""


def base() -> Graph:
    """The graph of ``BASE``."""
    return loads(BASE)


def lines_changed(edit: Edit, graph: Graph | None = None) -> list[str]:
    """The lines of the file that an edit takes out (``-``) and puts in (``+``), once it was undone and
    redone.
    """
    graph = graph or base()
    after, undo = edit.apply(graph)
    back, redo = undo.apply(after)
    assert identical(back, graph)
    assert identical(redo.apply(back)[0], after)
    text = dumps(after)
    assert identical(loads(text), after)
    changed = difflib.unified_diff(dumps(graph).splitlines(), text.splitlines(), n=0, lineterm="")
    return [
        line[0] + " " + line[1:].strip()
        for line in changed
        if line[:3] not in ("---", "+++") and line[0] != "@"
    ]
