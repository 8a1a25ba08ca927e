"""What leaves a loop keeps its axes: wherever the walked one stands, a layer of the last axis sees one step.

A softmax of a plain ``batch`` vector is over the batch, and so it is for all steps at once: were it given
``batch time``, it would be over time.
"""

from __future__ import annotations

import pytest
import torch

import zoo
from tests.zoo.compiler import helpers

SIZES = {"batch": 2, "time": 5, "part": 3}
LAYERS = {
    "softmax": "{use: basic/softmax, in: READ}",
    "tanh": "{use: basic/tanh, in: READ}",
    "concat": "{use: basic/concat, in: [READ, READ]}",
    "slice": "{use: basic/slice, with: {start: 1}, in: READ}",
    "norm": "{use: norm/layer_norm, in: READ}",
    "linear": "{use: basic/linear, with: {output: 4}, in: READ}",
}
ANY_WIDTH = {"softmax", "tanh", "concat", "slice"}
"""Layers whose width need not be a number."""
SHAPES = ["time batch", "batch time", "time batch 3", "batch time 3", "batch part time", "batch time part 3"]


CASES = [
    (layer, shape)
    for layer in LAYERS
    for shape in SHAPES
    if layer in ANY_WIDTH or shape.replace(" time", "").split()[-1].isdigit()
]


@pytest.mark.parametrize(("layer", "shape"), CASES)
@pytest.mark.parametrize("state", [False, True], ids=["before", "after"])
def test_a_layer_outside_the_loop_sees_what_it_would_see_inside(layer: str, shape: str, state: bool) -> None:
    axes = shape.split()
    axis = axes.index("time")
    step = [each for each in axes if each != "time"]
    graph = zoo.loads(f"""\
format: zoo/1
name: walk
inputs: {{x: float {shape}, start: float {" ".join(step)}}}
outputs: {{out: s.out, h: s.h}}
nodes:
  s:
    scan:
      over: time
      each: {{x: x}}
      state: {{h: start}}
      nodes:
        sum: {{use: basic/add, in: [x, h]}}
        told: {LAYERS[layer].replace("READ", "sum" if state else "x")}
      next: {{h: sum}}
      stack: {{out: told}}
      final: {{h: h}}
""")
    sizes = [SIZES.get(each) or int(each) for each in axes]
    x = torch.randn(sizes, dtype=torch.float64)
    start = torch.randn([size for place, size in enumerate(sizes) if place != axis], dtype=torch.float64)
    model = graph.compile(dtype=torch.float64)
    told, h = helpers.part(model, "s.told"), start
    steps: list[torch.Tensor] = []
    for each in x.unbind(axis):
        h = each + h
        steps.append(told(*[h if state else each] * (2 if layer == "concat" else 1)))
    found = model(x, start)
    torch.testing.assert_close(found.h, h)
    torch.testing.assert_close(found.out, torch.stack(steps, axis))
    in_the_loop = "\n            told = told_module(" in model.source
    assert in_the_loop == (axis + 1 == len(axes) and layer != "tanh")
