"""Gradients and Jacobians against cells written by hand, one tensor at a time, and torch's own Jacobian."""

from collections.abc import Callable, Sequence
from typing import Any, cast

import pytest
import torch
from torch import Tensor
from torch.autograd import functional

import zoo
from zoo.probing import Subject, gradients, jacobians, subject

STEPS, WIDTH, EXAMPLES = 7, 5, 3
States = tuple[Tensor, ...]
Cell = Callable[..., States]
LINALG, JACOBIAN = cast(Any, torch.linalg), cast(Any, functional).jacobian  # torch types them in part


def rnn(x: Tensor, states: States, _: Tensor, w: Tensor, u: Tensor, b: Tensor) -> States:
    return ((x @ w.T + states[0] @ u.T + b).tanh(),)


def lstm(x: Tensor, states: States, to_c: Tensor, w: Tensor, u: Tensor, b: Tensor) -> States:
    i, f, g, o = (x @ w.T + states[0] @ u.T + b).chunk(4)
    c = f.sigmoid() * states[1] + i.sigmoid() * g.tanh() + to_c
    return o.sigmoid() * c.tanh(), c


def gru(x: Tensor, states: States, _: Tensor, w: Tensor, u: Tensor, b: Tensor, of_h: Tensor) -> States:
    r, z, n = (x @ w.T + b).chunk(3)
    to_r, to_z, to_n = (states[0] @ u.T + of_h).chunk(3)
    r, z = (r + to_r).sigmoid(), (z + to_z).sigmoid()
    return ((1 - z) * (n + r * to_n).tanh() + z * states[0],)


def graph(cell: str, names: str) -> zoo.Graph:
    """A cell that a scan walks, with padding."""
    one = len(names) == 1
    return zoo.loads(f"""
format: zoo/1
name: walked
inputs: {{x: float batch time 3, mask: bool batch time}}
outputs: {{y: walk.out}}
nodes:
  walk:
    scan:
      over: time
      mask: mask
      each: {{x: x}}
      state: {{{", ".join(f"{name}: zeros batch {WIDTH}" for name in names)}}}
      nodes:
        cell:
          use: recurrent/{cell}
          with: {{hidden: {WIDTH}}}
          in: {{x: x, {", ".join(f"{name}: {name}" for name in names)}}}
      next: {{{", ".join(f"{name}: cell{'' if one else '.' + name}" for name in names)}}}
      stack: {{out: {"cell" if one else "cell.h"}}}
""")


def by_hand(made: Subject, row: int, cell: Cell, count: int) -> tuple[Tensor, Tensor]:
    """Of one example, by the distance from its last step: ∂J/∂s (distance × state × unit) and ∂s_T/∂s.

    What is added to the states after each step is what the last states are differentiated by. J is by what is
    added to c before h is made of it: the whole derivative, as in backpropagation by hand.
    """
    weights = [*made.model.get_submodule("walk.cell").parameters()]
    x, outputs = made.inputs["x"][row], made.outputs()
    length = int(made.inputs["mask"][row].sum())
    towards = made.towards(outputs)["y"][row, length - 1]

    def run(added: Tensor, *, whole: bool = False) -> tuple[Tensor, Tensor]:
        now: States = (torch.zeros(WIDTH, dtype=torch.float64),) * count
        shown: list[Tensor] = []
        for step in range(length):
            to_c = added[step, 1] if whole and count == 2 else torch.zeros(())
            after = cell(x[step], now, to_c, *weights)
            more = added[step] * torch.tensor([1.0, 0.0])[:count, None] if whole else added[step]
            now = tuple(a + b for a, b in zip(after, more, strict=True))
            shown.append(now[0])
        return torch.cat(now), torch.stack(shown)

    start = torch.zeros(length, count, WIDTH, dtype=torch.float64)
    assert torch.allclose(run(start)[1], outputs["y"][row, :length], atol=1e-14)

    def j(added: Tensor) -> Tensor:
        return (run(added, whole=True)[1][-1] * towards).sum()

    def ends(added: Tensor) -> Tensor:
        return run(added)[0]

    own: Tensor = JACOBIAN(j, start)
    products: Tensor = JACOBIAN(ends, start)
    return own.flip(0), products.movedim(1, 0).flatten(2).flip(0)


def means(rows: Sequence[Tensor]) -> list[float]:
    """The mean over the examples that are long enough, at each distance."""
    found = [[float(row[at]) for row in rows if at < len(row)] for at in range(max(map(len, rows)))]
    return [sum(each) / len(each) for each in found]


def test_a_cell_drawn_gate_by_gate_holds_its_states_apart_as_one_of_a_layer_does() -> None:
    """In the drawing h is made of c by other nodes, in the layer within one."""
    drawn = subject("lstm_from_gates", params={"input": 3, "hidden": WIDTH}, sizes={"time": STEPS})
    one = subject(graph("lstm_cell", "hc"), sizes={"time": STEPS})
    cell = one.model.get_submodule("walk.cell")
    with torch.no_grad():
        for name, own in (
            ("weight_ih", "from_x.weight"),
            ("weight_hh", "from_h.weight"),
            ("bias", "from_x.bias"),
        ):
            cell.get_parameter(name).copy_(drawn.model.get_parameter(f"lstm.{own}"))
    one.inputs["x"].copy_(drawn.inputs["x"])
    one.inputs["mask"].fill_(True)
    (expected,), (found,) = jacobians(one), jacobians(drawn)
    assert found.gain.norms == pytest.approx(expected.gain.norms, rel=1e-10)
    assert found.largest == pytest.approx(expected.largest, rel=1e-10)
    assert found.radius == pytest.approx(expected.radius, rel=1e-10)


@pytest.mark.parametrize(
    ("name", "states", "cell"), [("rnn", "h", rnn), ("lstm", "hc", lstm), ("gru", "h", gru)]
)
def test_cells_written_by_hand(name: str, states: str, cell: Cell) -> None:
    made = subject(graph(f"{name}_cell", states), sizes={"time": STEPS}, examples=EXAMPLES, seed=4)
    rows = [by_hand(made, row, cell, len(states)) for row in range(EXAMPLES)]
    assert len({len(own) for own, _ in rows}) == EXAMPLES
    found = gradients(made, [f"walk.{state}" for state in states])
    for number, each in enumerate(found):
        expected = means([LINALG.vector_norm(own[:, number], dim=1) for own, _ in rows])
        assert each.course.norms == pytest.approx(expected, rel=1e-10)
    products = [product for _, product in rows]
    (loop,) = jacobians(made)
    assert loop.largest == pytest.approx(means([LINALG.matrix_norm(each, 2) for each in products]), rel=1e-10)
    gain = [LINALG.matrix_norm(each) / each.shape[1] ** 0.5 for each in products]
    assert loop.gain.norms == pytest.approx(means(gain), rel=1e-10)
    one = means([LINALG.eigvals(each).abs().amax(1) for each in products])[1]
    assert loop.radius == pytest.approx(one, rel=1e-10)
    weight = made.model.get_submodule("walk.cell").get_parameter("weight_hh").detach()
    blocks = [float(LINALG.eigvals(block).abs().max()) for block in weight.chunk(len(weight) // WIDTH)]
    assert [each.radius for each in loop.weights] == pytest.approx(blocks, rel=1e-10)
