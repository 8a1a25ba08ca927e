"""Gradients over distance, against what a hand can compute."""

import math

import pytest
import torch

import zoo
from tests.zoo.probing.helpers import SIZES, linear_recurrence, recurrent
from zoo.errors import ZooError
from zoo.probing import Course, Reach, course, gradients, jacobians, record, statistics, subject


def only(found: tuple[Reach, ...], wire: str) -> Course:
    (reach,) = (each for each in found if each.wire == wire)
    return reach.course


@pytest.mark.parametrize(("rho", "verdict"), [(0.7, "vanishing"), (1.0, "neither"), (1.3, "exploding")])
def test_a_linear_recurrence_falls_with_its_spectral_radius(rho: float, verdict: str) -> None:
    made = linear_recurrence(rho)
    found = only(gradients(made), "walk.h")
    expected = [found.norms[0] * rho**distance for distance in range(11)]
    assert found.norms == pytest.approx(expected, rel=1e-12)
    assert (found.verdict, found.reach) == (verdict, 10)
    assert found.rate == pytest.approx(rho, rel=1e-12)
    assert found.factor == pytest.approx(rho**9, rel=1e-10)
    (each,) = jacobians(made)
    assert (each.walk, each.states, each.width) == ("walk", ("walk.h",), 5)
    assert each.gain.norms == pytest.approx([rho**distance for distance in range(11)], rel=1e-12)
    assert each.largest == pytest.approx([rho**distance for distance in range(11)], rel=1e-12)
    assert each.radius == pytest.approx(rho, rel=1e-12)
    (weight,) = each.weights
    assert (weight.weight, weight.blocks) == ("walk.cell.weight_hh", 1)
    assert weight.radius == pytest.approx(rho, rel=1e-12)


@pytest.mark.parametrize("bias", [0.0, 3.0])
def test_the_memory_of_an_lstm_falls_with_its_forget_gate(bias: float) -> None:
    """Without weights c' = σ(b) c, whatever comes in."""
    made = subject(recurrent("lstm_cell", "hc", f", forget_bias: {bias}"), sizes=SIZES)
    cell = made.model.get_submodule("walk.cell")
    with torch.no_grad():
        cell.get_parameter("weight_ih").zero_()
        cell.get_parameter("weight_hh").zero_()
    kept = 1 / (1 + math.exp(-bias))
    found = only(gradients(made), "walk.c")
    assert found.rate == pytest.approx(kept, rel=1e-12)
    assert found.norms[7] == pytest.approx(found.norms[0] * kept**7, rel=1e-12)
    assert found.horizon == pytest.approx(math.log(0.1) / math.log(kept))


def test_one_pass_gives_what_autograd_gives_for_each_distance() -> None:
    made = subject(recurrent("gru_cell"), sizes=SIZES, seed=3)
    seen = record(made)
    ((_, towards),) = made.towards(seen.outputs).items()
    j = (seen.outputs["y"][:, 6] * towards[:, 6]).sum()
    found = only(gradients(made, ["walk.h"], at=6), "walk.h")
    for distance in (0, 1, 6):
        (own,) = torch.autograd.grad(j, seen.wires["walk.h"].tensors[6 - distance], retain_graph=True)
        assert found.norms[distance] == pytest.approx(float(own.square().sum(1).sqrt().mean()), rel=1e-12)
    assert len(found.norms) == 7


def test_cells_of_a_recurrent_layer_are_watched_as_those_of_a_scan() -> None:
    """Both directions, two layers, padding: the backward cells count from the first step."""
    graph = zoo.loads("""
format: zoo/1
name: layers
inputs: {x: float batch time 3, mask: bool batch time}
outputs: {y: last}
nodes:
  gru: {use: recurrent/gru, with: {hidden: 5, layers: 2, bidirectional: true}, in: {x: x, mask: mask}}
  last: {use: basic/mean_pool, in: {x: gru.out, mask: mask}}
""")
    made = subject(graph, sizes=SIZES)
    with torch.no_grad():
        assert torch.equal(made.outputs()["y"], record(made).outputs["y"])
        assert torch.allclose(made.outputs()["y"], made.model(**made.inputs), atol=1e-14)
    found = {each.wire: each for each in gradients(made)}
    assert [*found] == ["x", "gru.out", *(f"gru.cells.{number}" for number in range(4))]
    assert all(each.course.reach == 10 for each in found.values())
    states = record(made).wires["gru.cells.3"]
    assert (states.reverse, states.state, states.axis) == (True, True, "time")
    # The last layer's backward cell is what the second half of `out` shows, step for step.
    there = record(made).wires["gru.out"].tensors[0][0, :, 5:]
    assert torch.equal(states.whole()[0], there)


def test_wires_are_named_by_path_pattern_and_reuse() -> None:
    made = subject(
        "transformer", sizes={"source": 7, "target": 5}, params={"layers": 2, "dim": 8, "heads": 2}
    )
    seen = record(made)
    assert seen.wires["target_embed"].axis == "target"
    assert [wire.name for wire in seen.find("encoder.*.attend.attend")] == [
        "encoder.0.attend.attend",
        "encoder.1.attend.attend",
    ]
    found = gradients(made, ["decoder.*.cross", "embed"])
    assert [(each.wire, each.axis, len(each.course.norms)) for each in found] == [
        ("decoder.0.cross", "target", 5),
        ("decoder.1.cross", "target", 5),
        ("embed", "source", 7),
    ]


def test_what_cannot_be_asked_is_said() -> None:
    made = linear_recurrence(0.5)
    with pytest.raises(ZooError, match=r"'walk.g' names none \(did you mean 'walk.h'\?\)"):
        gradients(made, ["walk.g"])
    with pytest.raises(ZooError, match="a step from 0 to 10, and 11 is none"):
        gradients(made, at=11)
    with pytest.raises(ZooError, match="'z' is not one; the graph has y"):
        gradients(made, on="z")
    pooled = zoo.loads(
        "format: zoo/1\nname: p\ninputs: {x: float batch time 3}\noutputs: {y: m}\n"
        "nodes: {m: {use: basic/mean_pool, in: x}}\n"
    )
    with pytest.raises(ZooError, match="has no steps, so that there is none to choose"):
        gradients(subject(pooled, sizes=SIZES), at=3)
    with pytest.raises(ZooError, match="'m' has no axis of steps"):
        gradients(subject(pooled, sizes=SIZES), ["m"])


@pytest.mark.parametrize(
    ("norms", "verdict", "rate"),
    [
        ([5.0, 8.0, 4.0, 2.0, 1.0, 0.5], "vanishing", 0.5),
        ([1.0, 1.0, 3.0, 9.0, 27.0], "exploding", 3.0),
        ([9.0, 1.0, 1.0, 1.0], "neither", 1.0),
        ([9.0, 1.0, 1.0, 0.0], "cut off", 1.0),
        ([9.0, 0.0, 0.0], "local", None),
        ([1.0, 1.0, 0.01], "vanishing", 0.01),
        ([1.0, math.nan], "not a number", None),
        ([1.0, math.inf], "exploding", None),
        ([], "local", None),
    ],
)
def test_verdicts(norms: list[float], verdict: str, rate: float | None) -> None:
    found = course(norms)
    assert found.verdict == verdict
    assert found.rate == (None if rate is None else pytest.approx(rate))


@pytest.mark.parametrize(
    ("norms", "verdict"),
    [
        # A steep start, and then a level on which all is heard alike.
        ([1.0, *(2.0**-d for d in range(9)), *[2.0**-8] * 9], "uneven"),
        # Louder and louder towards the first step, as of a mean over all steps so far.
        ([1.0, *(1 / (150 - d) for d in range(149))], "uneven"),
        ([1.0, *(1 / d for d in range(1, 40))], "uneven"),
        ([1.0, *(1 / (10 + d) for d in range(40))], "neither"),
        # Two rates, and far below a tenth in both halves: no plateau.
        ([1.0, *(0.1**d for d in range(9)), *(1e-8 * 0.7**d for d in range(9))], "vanishing"),
        # A first step that is heard from everywhere, behind a window.
        ([1.0, *(0.7**d for d in range(20)), 1.0], "uneven"),
        # A window, whatever it does inside.
        ([1.0, *(2.0**-d for d in range(9)), *[2.0**-8] * 9, 0.0, 0.0], "cut off"),
    ],
)
def test_a_verdict_holds_all_the_way(norms: list[float], verdict: str) -> None:
    assert course(norms).verdict == verdict


def test_only_loops_make_gradients_vanish() -> None:
    falling, rising = [0.5**d for d in range(9)], [2.0**d for d in range(9)]
    assert [course(norms, looped=False).verdict for norms in (falling, rising)] == ["fading", "growing"]
    near = zoo.loads("""
format: zoo/1
name: near
inputs: {x: float batch time 3}
outputs: {y: near}
nodes:
  near: {use: convolution/conv1d, with: {output: 3, kernel: 32}, in: x}
""")
    made = subject(near, sizes={"batch": 1, "time": 32})
    weight = made.model.get_submodule("near").get_parameter("weight")
    with torch.no_grad():
        weight.mul_(0.7 ** torch.arange(31, -1, -1))
    assert only(gradients(made), "x").verdict == "fading"


def test_a_reversed_source_is_measured_from_its_start() -> None:
    """Its last word is read first, and lies farthest behind J; counted from there the norm would rise."""
    made = subject("seq2seq_plain", params={"vocab": 13, "dim": 8}, sizes={"source": 20, "target": 3})
    found = {each.wire: each for each in gradients(made)}
    source, reverse, target = found["source_embed"], found["reverse"], found["target_embed"]
    assert (source.forward, reverse.forward, target.forward) == (True, False, False)
    assert source.course.rate is not None
    assert source.course.rate < 1


def test_statistics_by_hand() -> None:
    graph = zoo.loads("""
format: zoo/1
name: units
inputs: {x: float batch time 3}
outputs: {y: relu}
nodes:
  linear: {use: basic/linear, with: {output: 7}, in: x}
  relu: {use: basic/relu, in: linear}
""")
    made = subject(graph, sizes=SIZES)
    linear = made.model.get_submodule("linear")
    with torch.no_grad():
        linear.get_parameter("weight")[:2].zero_()
        linear.get_parameter("bias").copy_(torch.tensor([-1.0, -1, 5, 0, 0, 0, 0]))
    found = {each.wire: each for each in statistics(made)}
    assert [*found] == ["x", "linear", "relu"]
    values = made.model(**made.inputs).detach()
    there = found["relu"].activation
    assert (there.dead, there.units, there.broken) == (2, 7, 0)
    assert there.mean == pytest.approx(float(values.mean()))
    assert there.std == pytest.approx(float(values.std(correction=0)))
    assert there.most == pytest.approx(float(values.abs().max()))
    assert there.zeros == pytest.approx(float((values == 0).double().mean()))
    towards = made.towards({"y": values.requires_grad_()})["y"]
    values = values.detach()
    back = found["linear"].gradient
    assert back is not None
    assert back.most == pytest.approx(float(torch.where(values > 0, towards, 0).abs().max()))
    assert back.zeros == there.zeros
