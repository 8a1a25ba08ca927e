"""Planted faults are found, where they were planted."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch

import zoo
from tests.zoo.probing.helpers import SIZES, recurrent, with_faults
from zoo import probing
from zoo.errors import ArgumentError, ZooError
from zoo.probing import first_broken, leaks, subject

CHAIN = """
format: zoo/1
name: chain
causal: [time]
inputs: {x: float batch time 3, mask: optional bool batch time}
outputs: {y: last, pooled: pooled}
nodes:
  first: {use: basic/linear, with: {output: 5}, in: x}
  middle: {use: %s, in: first}
  last: {use: basic/linear, with: {output: 7}, in: middle}
  pooled: {use: %s, in: {x: last, mask: mask}}
"""


def chain(middle: str, pool: str = "basic/mean_pool", causal: str = "[time]") -> zoo.Graph:
    return zoo.loads((CHAIN % (middle, pool)).replace("[time]", causal, 1))


FACE: Any = probing  # without the types that would refuse these calls


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: FACE.subject(3), "'what' must be a graph, not an int"),
        (lambda: FACE.subject("gpt", sizes=[7]), "'sizes' must be a mapping from names, not a list"),
        (lambda: FACE.subject("gpt", examples=0), "'examples' must be a whole number of 1 or more, not 0"),
        (lambda: FACE.subject("gpt", dtype="float32"), "not a str; write torch.float32"),
        (lambda: FACE.subject("gpt", device="cdua"), "'cdua' is none here; take cpu"),
        (lambda: FACE.gradients(FACE, "embed"), "'wires' must be a list, not a str; write ['embed']"),
        (lambda: FACE.gradients(FACE, at="a"), "'at' must be a whole number of 0 or more, not a str"),
        (lambda: FACE.gradients(3), "'subject' must be a Subject, not an int; zoo.probing.subject makes one"),
    ],
)
def test_what_is_no_argument_is_told(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ArgumentError, match=re.escape(message)):
        call()


def test_a_planted_look_ahead() -> None:
    made = subject(chain("faulty/peek"), sizes=SIZES, registry=with_faults())
    found = leaks(made)
    future = [each for each in found.found if each.kind == "future"]
    assert [(each.wire, each.first, each.output) for each in future] == [
        ("middle", True, False),
        ("last", False, False),
        ("y", False, True),
    ]
    # The input is disturbed from step 5 on, and each step gets something of the next.
    assert {(each.step, each.earliest) for each in future} == {(5, 4)}
    # The last real step gets something of the padding behind it, and so does what is pooled.
    faults = [(each.kind, each.wire) for each in found.faults]
    assert faults == [("future", "y"), ("padding", "y"), ("padding", "pooled")]
    assert not leaks(subject(chain("basic/tanh"), sizes=SIZES)).found


def test_a_disturbed_step_may_be_chosen() -> None:
    made = subject(chain("faulty/peek"), sizes=SIZES, registry=with_faults())
    future = [each for each in leaks(made, step=8).found if each.kind == "future"]
    assert {(each.step, each.earliest) for each in future} == {(8, 7)}
    with pytest.raises(ZooError, match="1 to 10, and not 0"):
        leaks(made, step=0)


def test_a_planted_leak_of_padding() -> None:
    made = subject(chain("basic/tanh", "faulty/mean"), sizes=SIZES, registry=with_faults())
    found = leaks(made)
    assert found.masks == ("time",)
    assert [(each.wire, each.kind, each.first, each.output) for each in found.found] == [
        ("pooled", "padding", True, False),
        ("pooled", "padding", False, True),
    ]
    assert [each.wire for each in found.faults] == ["pooled"]
    assert not leaks(subject("sentiment_classifier", params={"vocab": 13, "dim": 6})).faults


def test_walks_look_ahead_as_they_walk() -> None:
    """A scan from the end sees what comes; nothing says that it must not."""
    text = zoo.loads("""
format: zoo/1
name: back
inputs: {x: float batch time 3}
outputs: {y: walk.out}
nodes:
  walk:
    scan:
      over: time
      reverse: true
      each: {x: x}
      state: {h: zeros batch 5}
      nodes: {cell: {use: recurrent/rnn_cell, in: {x: x, h: h}}}
      next: {h: cell}
      stack: {out: cell}
""")
    found = leaks(subject(text, sizes=SIZES))
    assert {(each.wire, each.earliest) for each in found.found} == {
        ("walk", 0),
        ("walk.cell", 0),
        ("y", 0),
    }
    assert not found.faults


def test_a_planted_nan_forward() -> None:
    made = subject(chain("faulty/logarithm"), sizes=SIZES, registry=with_faults())
    born = first_broken(made)
    assert born is not None
    assert (born.way, born.path, born.call) == ("forward", "middle", 1)
    assert str(born).startswith(
        "the first value that is not finite came out of the node 'middle' (<text>:9:3)"
    )


def test_a_planted_nan_at_a_later_step() -> None:
    made = subject(recurrent("rnn_cell", settings=", activation: identity"), sizes=SIZES)
    with torch.no_grad():
        made.model.get_submodule("walk.cell").get_parameter("weight_hh").copy_(
            1e100 * torch.eye(5, dtype=torch.float64)
        )
    born = first_broken(made)
    assert born is not None
    assert (born.way, born.path, born.call) == ("forward", "walk.cell", 5)  # 10^400 is too much for a double
    assert "at its call 5" in str(born)


def test_a_planted_nan_backward() -> None:
    made = subject(chain("faulty/root"), sizes=SIZES, registry=with_faults())
    first = made.model.get_submodule("first")
    with torch.no_grad():
        first.get_parameter("weight")[2].zero_()
        first.get_parameter("bias")[2] = 0
    born = first_broken(made)
    assert born is not None
    assert (born.way, born.path, born.layer) == ("backward", "middle", "Root")
    assert "gradient that is not finite came out of the node 'middle'" in str(born)


def test_a_nan_inside_of_a_block_is_born_inside() -> None:
    """The block sends back the same NaN, and the scan around it; the node in it is at fault."""
    graph = zoo.loads("""
format: zoo/1
name: inside
inputs: {x: float batch time 3}
outputs: {y: walk.out}
blocks:
  bent:
    inputs: {x: float batch 5}
    outputs: {y: last}
    nodes:
      root: {use: faulty/root, in: x}
      last: {use: basic/tanh, in: root}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 5}
      nodes:
        cell: {use: recurrent/rnn_cell, with: {hidden: 5, activation: relu}, in: {x: x, h: h}}
        bend: {use: bent, in: cell}
      next: {h: bend}
      stack: {out: bend}
""")
    made = subject(graph, sizes=SIZES, registry=with_faults())
    born = first_broken(made)
    assert born is not None
    assert (born.way, born.path, born.call) == ("backward", "walk.bend.root", 11)


def test_an_infinity_that_comes_to_nothing_is_meant() -> None:
    made = subject(chain("faulty/closed"), sizes=SIZES, registry=with_faults())
    born = first_broken(made)
    assert born is not None
    assert (born.way, born.path) == ("forward", "middle")  # here it reaches an output
    weighed = "middle: {use: faulty/closed, in: first}\n  soft: {use: basic/softmax, in: middle}"
    text = (CHAIN % ("faulty/closed", "basic/mean_pool")).replace("in: middle", "in: soft")
    text = text.replace("middle: {use: faulty/closed, in: first}", weighed)
    assert first_broken(subject(zoo.loads(text), sizes=SIZES, registry=with_faults())) is None


def test_without_weights_what_flows_forward_is_looked_at() -> None:
    text = (
        "format: zoo/1\nname: bare\ninputs: {x: float batch 3}\noutputs: {y: n}\n"
        "nodes: {n: {use: %s, in: x}}\n"
    )
    assert first_broken(subject(zoo.loads(text % "basic/tanh"))) is None
    born = first_broken(subject(zoo.loads(text % "faulty/logarithm"), registry=with_faults()))
    assert born is not None
    assert (born.way, born.path) == ("forward", "n")


def test_weights_and_inputs_come_first() -> None:
    made = subject(chain("basic/tanh"), sizes=SIZES)
    assert first_broken(made) is None
    with torch.no_grad():
        made.model.get_submodule("last").get_parameter("bias")[1] = float("nan")
    born = first_broken(made)
    assert str(born).startswith("the weights of the node 'last'")
    made.inputs["x"][0, 0, 0] = float("inf")
    assert str(first_broken(made)) == "the input 'x' is given values that are not finite"
