"""A scan has its layers prepare once, before the loop, what the loop does not change, and only that."""

from __future__ import annotations

import torch

import zoo
from tests.zoo.compiler import helpers

ASK = """\
format: zoo/1
name: ask
inputs: {y: float batch time 4, memory: float batch source 4, mask: optional bool batch source}
outputs: {out: s.out}
nodes:
  s:
    scan:
      over: time
      each: {y: y}
      const: {memory: memory, mask: mask}
      state: {h: zeros batch 4}
      nodes:
        cell: {use: recurrent/rnn_cell, with: {hidden: 4}, in: {x: y, h: h}}
        attend: {use: attention/multiplicative, in: {query: cell, keys: memory, values: memory, mask: mask}}
        next: {use: basic/add, in: [cell, attend]}
      next: {h: next}
      stack: {out: next}
"""


def test_a_constant_memory_is_prepared_once() -> None:
    graph = zoo.loads(ASK)
    model = graph.compile(dtype=torch.float64)
    before, _, loop = model.source.partition("for y_t in")
    call = "attend_prepared = attend_module.prepare(keys=memory, values=memory, mask=mask)"
    assert before.count(call) == 1
    assert "prepare(" not in loop
    assert "prepared=attend_prepared" in loop

    y, memory = torch.randn(3, 5, 4).double(), torch.randn(3, 7, 4).double()
    mask = torch.arange(7) < torch.tensor([[7], [0], [2]])
    memory = memory.masked_fill(~mask.unsqueeze(-1), torch.nan)
    plain = helpers.without_hoisting(graph)
    assert "prepare" not in plain.source
    plain.load_state_dict(model.state_dict())
    for padding in (mask, None):
        known = memory if padding is not None else memory.nan_to_num()
        ours, theirs = (each(y, known, padding) for each in (model, plain))
        assert torch.equal(ours, theirs)
        assert ours.isfinite().all()


def test_a_memory_that_changes_is_not_prepared() -> None:
    walked = ASK.replace("memory: float batch source 4", "memory: float batch time source 4")
    walked = walked.replace("each: {y: y}", "each: {y: y, memory: memory}").replace(
        "const: {memory: memory, ", "const: {"
    )
    model = zoo.loads(walked).compile()
    assert "prepare" not in model.source
    assert model(torch.randn(3, 5, 4), torch.randn(3, 5, 7, 4)).shape == (3, 5, 4)


def test_a_layer_of_further_out_prepares_too() -> None:
    first = """\
  first: {use: attention/multiplicative, in: {query: query, keys: memory, values: memory}}
  s:
"""
    text = ASK.replace("  s:\n", first).replace("inputs: {", "inputs: {query: float batch 4, ")
    text = text.replace(
        "use: attention/multiplicative, in: {query: cell", "reuse: first, in: {query: cell"
    ).replace("out: s.out}", "out: s.out, first: first}")
    model = zoo.loads(text).compile()
    assert "attend_prepared = first.prepare(" in model.source
    inputs = torch.randn(3, 4), torch.randn(3, 5, 4), torch.randn(3, 7, 4)
    assert model(*inputs).out.shape == (3, 5, 4)
