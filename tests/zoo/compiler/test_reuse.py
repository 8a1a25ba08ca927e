"""One module at several places: nodes, blocks, repeats and scans applied again, from the same body and from
inside a scan.
"""

from __future__ import annotations

import pytest
import torch

import zoo
from tests.zoo.compiler import helpers

BLOCKS = """
format: zoo/1
name: again
params: {dim: 6}
inputs: {x: float batch time $dim, y: float batch time $dim, mask: bool batch time}
outputs: {first: first.out, second: second.out, weights: second.weights, third: third}
blocks:
  looks:
    inputs: {x: float batch time dim, mask: optional bool batch time}
    outputs: {out: walk, weights: attend.weights}
    nodes:
      attend: {use: attention/multi_head, with: {heads: 2}, in: {query: x, key: x, value: x, mask: mask}}
      walk:
        scan:
          over: time
          each: {x: attend.out}
          mask: mask
          state: {h: zeros batch dim}
          nodes: {cell: {use: recurrent/gru_cell, in: {x: x, h: h}}}
          next: {h: cell}
          stack: {out: cell}
nodes:
  first: {use: looks, in: {x: x}}
  second: {reuse: first, in: {x: y, mask: mask}}
  third: {reuse: walk, in: {x: x}}
  walk:
    scan:
      over: time
      each: {x: y}
      state: {h: learned batch $dim}
      nodes: {cell: {use: recurrent/gru_cell, in: {x: x, h: h}}}
      next: {h: cell}
      stack: {out: cell}
"""


@pytest.fixture
def tensors() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    mask = torch.arange(5) < torch.tensor([5, 2, 1]).unsqueeze(1)
    return torch.randn(3, 5, 6), torch.randn(3, 5, 6), mask


def test_one_block_serves_uses_that_read_and_wire_differently(
    tensors: tuple[torch.Tensor, torch.Tensor, torch.Tensor],
) -> None:
    x, y, mask = tensors
    model = zoo.loads(BLOCKS).compile()
    assert helpers.class_names(model) == ["LooksWalk", "Looks", "Walk", "Again"]
    found = model(x, y, mask)
    looks = helpers.part(model, "first")
    assert found.first.equal(looks(x).out)
    assert found.second.equal(looks(y, mask).out)
    assert found.weights.equal(looks.attend(y, y, y, mask, weights=True).weights)
    assert found.third.equal(helpers.part(model, "walk")(x))
    with torch.no_grad():
        again = model(x, y, torch.ones_like(mask))
    torch.testing.assert_close(again.second, looks(y).out)


def test_a_module_from_outside_is_handed_into_scans_and_keeps_one_set_of_weights() -> None:
    model = zoo.loads("""
        format: zoo/1
        name: lent
        params: {dim: 3}
        inputs: {x: float batch time $dim, y: float batch rows cols $dim}
        outputs: {out: walk.out}
        blocks:
          twice:
            inputs: {x: float batch dim}
            outputs: {y: b}
            nodes:
              a: {use: basic/linear, with: {output: 3}, in: x}
              b: {use: basic/tanh, in: a}
        nodes:
          shared: {use: twice, in: flat}
          flat: {use: basic/last, in: x}
          stack: {repeat: 2, use: twice, carry: {x: shared}}
          walk:
            scan:
              over: rows
              each: {row: y}
              state: {h: stack}
              nodes:
                inner:
                  scan:
                    over: cols
                    each: {v: row}
                    state: {g: h}
                    nodes:
                      again: {reuse: shared, in: v}
                      more: {reuse: again, in: again}
                      add: {use: basic/add, in: [more, g]}
                    next: {g: add}
                    final: {g: g}
                deep: {reuse: stack, in: {x: inner.g}}
              next: {h: deep}
              stack: {out: deep}
    """).compile(dtype=torch.float64)
    assert len(list(model.parameters())) == 2 * 3
    assert "shared=shared" in model.source
    assert "shared=self.shared" in model.source
    x, y = torch.randn(2, 7, 3, dtype=torch.float64), torch.randn(2, 3, 4, 3, dtype=torch.float64)
    found = model(x, y)
    shared, stack = helpers.part(model, "shared"), helpers.part(model, "stack")
    h = stack[1](stack[0](shared(x[:, -1])))
    for row in range(3):
        for col in range(4):
            h = shared(shared(y[:, row, col])) + h
        h = stack[1](stack[0](h))
        torch.testing.assert_close(found[:, row], h)


def test_a_repeat_with_shared_weights_is_one_module() -> None:
    model = zoo.loads("""
        format: zoo/1
        name: shared
        params: {times: 2}
        inputs: {x: float batch 5}
        outputs: {y: more, z: again}
        nodes:
          more: {repeat: 2 * $times + 1, share: true, use: basic/linear, with: {output: 5}, carry: {x: x}}
          again: {reuse: more, in: more}
    """).compile()
    assert len(list(model.parameters())) == 2
    x = torch.randn(3, 5)
    y, z = model(x)
    for _ in range(5):
        x = helpers.part(model, "more")(x)
    torch.testing.assert_close(y, x)
    for _ in range(5):
        x = helpers.part(model, "more")(x)
    torch.testing.assert_close(z, x)


def test_an_output_on_demand_is_computed_only_when_something_reads_it() -> None:
    read = zoo.loads(BLOCKS).compile(device="meta").source
    unread = zoo.loads(BLOCKS.replace(", weights: second.weights", "")).compile(device="meta").source
    assert "weights=True" in read
    assert "weights" not in unread


def test_layers_of_a_repeat_hand_on_several_values() -> None:
    model = zoo.loads(
        """
        format: zoo/1
        name: handed
        inputs: {x: float batch 5, skip: float batch 5}
        outputs: {x: stack.x, skip: stack.skip}
        blocks:
          layer:
            inputs: {x: float batch 5, skip: float batch 5, shift: optional float batch 5}
            outputs: {skip: sum, x: linear}
            nodes:
              linear: {use: basic/linear, with: {output: 5}, in: skip}
              sum: {use: basic/add, in: [x, linear]}
        nodes:
          stack: {repeat: 3, use: layer, carry: {skip: skip, x: x}}
    """.replace(", shift: optional float batch 5", "")
    ).compile()
    x, skip = torch.randn(2, 5), torch.randn(2, 5)
    found = model(x, skip)
    for layer in helpers.part(model, "stack").children():
        linear = helpers.part(layer, "linear")(skip)
        x, skip = linear, x + linear
    assert found.x.equal(x)
    assert found.skip.equal(skip)
