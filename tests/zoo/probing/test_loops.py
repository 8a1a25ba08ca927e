"""Loops in which a module is called more than once a step, and loops that others run again and again."""

import pytest
import torch

import zoo
from tests.zoo.probing.helpers import orthogonal
from zoo.probing import Subject, gradients, jacobians, record, subject

AGAIN = """
format: zoo/1
name: again
inputs: {x: float batch time 5}
outputs: {y: walk.out}
blocks:
  turn:
    inputs: {x: float batch 5}
    outputs: {y: linear}
    nodes:
      linear: {use: basic/linear, with: {output: 5, bias: false}, in: x}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 5}
      nodes:
        add: {use: basic/add, in: [x, h]}
%s
      next: {h: last}
      stack: {out: last}
"""
REUSED = """\
        first: {use: basic/linear, with: {output: 5, bias: false}, in: add}
        last: {reuse: first, in: first}
"""
NESTED = """
format: zoo/1
name: nested
inputs: {x: float batch word char 3}
outputs: {y: outer.out}
nodes:
  outer:
    scan:
      over: word
      each: {x: x}
      state: {s: zeros batch 5}
      nodes:
        inner:
          scan:
            over: char
            each: {c: x}
            state: {h: s}
            nodes: {cell: {use: recurrent/rnn_cell, in: {x: c, h: h}}}
            next: {h: cell}
            final: {h: h}
        up: {use: recurrent/gru_cell, in: {x: inner.h, h: s}}
      next: {s: up}
      stack: {out: up}
"""


def turned(nodes: str, module: str, rho: float) -> Subject:
    """Each call of the module makes what goes through it ρ times as long."""
    made = subject(zoo.loads(AGAIN % nodes), sizes={"batch": 3, "time": 7})
    with torch.no_grad():
        made.model.get_submodule(module).get_parameter("weight").copy_(rho * orthogonal(5, 0))
    return made


@pytest.mark.parametrize(
    ("nodes", "module", "wires"),
    [
        (REUSED, "walk.first", ["first", "last"]),
        (
            "        last: {repeat: 2, share: true, use: turn, carry: {x: add}}",
            "walk.last.linear",
            ["last.0", "last.1"],
        ),
    ],
)
def test_what_is_called_twice_a_step_takes_turns(nodes: str, module: str, wires: list[str]) -> None:
    made = turned(nodes, module, 0.7)
    seen = record(made)
    for name in wires:
        assert len(seen.wires[f"walk.{name}"].tensors) == 7
    assert torch.equal(seen.wires[f"walk.{wires[1]}"].whole(), seen.outputs["y"])
    (loop,) = jacobians(made)
    assert loop.states == ("walk.h",)
    assert loop.gain.norms == pytest.approx([0.7 ** (2 * distance) for distance in range(7)], rel=1e-12)
    (found,) = gradients(made, ["walk.h"])
    assert found.course.rate == pytest.approx(0.49, rel=1e-12)


def test_a_loop_within_a_loop_has_its_steps_in_every_run() -> None:
    made = subject(zoo.loads(NESTED), sizes={"batch": 2, "word": 3, "char": 4})
    seen = record(made)
    wire = seen.wires["outer.inner.h"]
    assert (wire.runs, len(wire.tensors), tuple(wire.whole().shape)) == (3, 12, (2, 4, 3, 5))
    assert torch.equal(wire.whole()[:, -1, -1], seen.wires["outer.inner"].tensors[-1])
    (found,) = gradients(made, ["outer.inner.h"])
    towards = made.towards(seen.outputs)["y"]
    j = (seen.outputs["y"][:, -1] * towards[:, -1]).sum()
    by_step = torch.stack(torch.autograd.grad(j, wire.tensors), 1).view(2, 3, 4, 5)
    expected = by_step.square().sum((1, 3)).sqrt().mean(0).flip(0)
    assert found.course.norms == pytest.approx([float(each) for each in expected], rel=1e-12)
    inner = jacobians(made)[1]
    assert (inner.walk, len(inner.gain.norms)) == ("outer.inner", 4)
    weight = made.model.get_submodule("outer.inner.cell").get_parameter("weight_hh")
    after = wire.tensors[-1]
    step = (1 - after.square()).unsqueeze(2) * weight  # tanh' of the last step, times U
    gain = step.square().sum((1, 2)).sqrt().mean() / 5**0.5
    assert inner.gain.norms[:2] == pytest.approx([1.0, float(gain.detach())], rel=1e-12)
