"""Sound graphs to spoil, and the examination of what does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tests.zoo.checker.helpers import problems

Spoiler: TypeAlias = Callable[[], str]


def spoil(text: str, *changes: tuple[str, str]) -> str:
    """The text with every change made, each in the one place that it names."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the text"
        text = text.replace(old, new)
    return text


class Spoilers(dict[str, Spoiler]):
    """The spoilers of a file, by their names."""

    def __call__(self, function: Spoiler) -> Spoiler:
        """Collect one: a decorator."""
        self[function.__name__] = function
        return function

    def examine(self, name: str) -> None:
        """What is said is what is expected, no more and no less."""
        expected = [" ".join(part.split()) for part in (self[name].__doc__ or "").split("\n\n")]
        assert [str(problem) for problem in problems(self[name]())] == expected


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
