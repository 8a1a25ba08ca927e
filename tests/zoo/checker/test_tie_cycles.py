"""Ties that form a cycle through several bodies: told once, with the place of the outermost."""

from __future__ import annotations

import pytest

from tests.zoo.checker.helpers import problems

TEXT = """
inputs: {x: float batch time 4}
outputs: {o: s, p: e, q: free}
blocks:
  b:
    inputs: {x: float batch time 4}
    outputs: {x: two}
    nodes:
      one: {use: basic/linear, with: {output: 4}, in: x}
      two: {use: basic/linear, with: {output: 4}, in: one, tie: {weight: one.weight}}
  c:
    inputs: {x: float batch time 4}
    outputs: {x: inner}
    nodes:
      inner: {use: b, in: x}
nodes:
  free: {use: c, in: x}
  s: {%s, tie: {%s: e.weight}}
  e: {use: basic/linear, with: {output: 4}, in: x, tie: {weight: %s}}
"""
CYCLES = {
    "a block": (
        ("use: b, in: x", "one.weight", "s.two.weight"),
        "s.one.weight -> e.weight -> s.two.weight -> s.one.weight",
    ),
    "a block in a block": (
        ("use: c, in: x", "inner.one.weight", "s.inner.two.weight"),
        "s.inner.one.weight -> e.weight -> s.inner.two.weight -> s.inner.one.weight",
    ),
    "one layer of several": (
        ("repeat: 3, use: b, carry: {x: x}", "one.weight", "s.1.two.weight"),
        "e.weight -> s.1.two.weight -> s.1.one.weight -> e.weight",
    ),
    "layers that are one module": (
        ("repeat: 3, share: true, use: b, carry: {x: x}", "one.weight", "s.1.two.weight"),
        "s.one.weight -> e.weight -> s.two.weight -> s.one.weight",
    ),
}


@pytest.mark.parametrize("name", CYCLES)
def test_a_cycle_is_reported_once_with_its_place(name: str) -> None:
    parts, cycle = CYCLES[name]
    (problem,) = problems(TEXT % parts)
    assert problem.message == f"these ties form a cycle: {cycle}"
    assert (problem.code, problem.remedy) == ("tie-cycle", "leave one of them out")
    node = cycle[0]
    lines = (TEXT % parts).splitlines()
    line = next(number for number, each in enumerate(lines, 3) if each.startswith(f"  {node}:"))
    assert problem.path == node
    assert str(problem).startswith(f"t.yaml:{line}:{lines[line - 3].rindex(': ') + 3}:")


def test_ties_that_end_somewhere_are_no_cycle() -> None:
    assert problems(TEXT % ("use: b, in: x", "two.weight", "s.one.weight")) == []
    assert problems(TEXT % ("repeat: 3, use: b, carry: {x: x}", "1.one.weight", "s.0.two.weight")) == []
