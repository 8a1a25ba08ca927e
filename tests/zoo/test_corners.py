"""Small graphs at the edge of what can be drawn: what the checker accepts runs, and alike in every way."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor

import zoo
from tests.zoo.test_sound import inputs_for
from zoo.checker import resolve
from zoo.compiler import CompiledGraph
from zoo.costs import count_parameters
from zoo.errors import GraphError, InputError
from zoo.formulas import formulas
from zoo.graph import Graph
from zoo.sizes import substitute

TIED = """
inputs: {x: float batch time 4}
outputs: {o: s, p: e}
nodes:
  s: {repeat: 2, use: feedforward/ffn, with: {hidden: 3}, carry: {x: x}%s}
  e: {use: feedforward/ffn, with: {hidden: 3}, in: x%s}
"""

RUNS: dict[str, str] = {
    "a tie to a repeat that shares": TIED % (", share: true", ", tie: {inner.weight: s.inner.weight}"),
    "a tie to a layer that all are": TIED % (", share: true", ", tie: {inner.weight: s.1.inner.weight}"),
    "a tie of a repeat that shares": TIED % (", share: true, tie: {0.inner.weight: e.inner.weight}", ""),
    "a tie of one layer": TIED % (", tie: {1.inner.weight: e.inner.weight}", ""),
    "a tie from layer to layer": TIED % (", tie: {1.inner.weight: s.0.inner.weight}", ""),
    "a tie of all layers to one": TIED % (", tie: {inner.weight: s.0.inner.weight}", ""),
    "a state without axes, a step without": """
inputs: {x: float time}
outputs: {o: w.h, z: w.o}
nodes:
  w: {scan: {over: time, each: {x: x}, state: {h: zeros}, next: {h: x}, stack: {o: h}, final: {h: h}}}
""",
    "an input without axes": """
inputs: {x: float batch time 4, s: float}
outputs: {o: norm}
nodes:
  norm: {use: norm/layer_norm, in: x}
""",
    "a constant stacked beside a cell": """
inputs: {x: float batch time 4, c: float batch 3}
outputs: {o: walk.o, c: walk.c}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 4}
      const: {c: c}
      nodes:
        cell: {use: recurrent/gru_cell, in: {x: x, h: h}}
      next: {h: cell}
      stack: {o: cell, c: c}
""",
    "an output that nothing asks for, before a drawn cell": """
inputs: {x: float batch time 4}
outputs: {o: walk}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: zeros batch 4}
      nodes:
        mixed: {use: feedforward/mixture_of_experts, with: {hidden: 2}, in: x}
        old: {use: basic/linear, with: {output: 4, bias: false}, in: h}
        sum: {use: basic/add, in: [mixed.out, old]}
        new: {use: basic/tanh, in: sum}
      next: {h: new}
      stack: {out: new}
""",
    "a state of an axis that inputs have but in part": """
inputs: {x: float batch 2*time 4}
outputs: {o: walk.o, h: walk.h}
blocks:
  block:
    inputs: {x: float batch 2*steps 4}
    outputs: {o: walk.o, h: walk.h}
    nodes:
      walk:
        scan:
          over: batch
          each: {x: x}
          state: {h: zeros steps 4, k: learned 2*steps 4}
          next: {h: h, k: x}
          stack: {o: k}
          final: {h: h}
nodes:
  walk: {use: block, in: x}
""",
    "a state with the name of nothing": """
inputs: {x: float batch time 4}
outputs: {o: walk}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {_: zeros batch 4}
      nodes: {new: {use: feedforward/ffn, with: {hidden: 4}, in: _}}
      next: {_: new}
      stack: {out: new}
""",
    "a learned state that nothing reads": """
inputs: {x: float batch time 4}
outputs: {o: walk}
nodes:
  walk:
    scan:
      over: time
      each: {x: x}
      state: {h: learned batch 4}
      nodes:
        cell: {use: recurrent/gru_cell, in: {x: x, h: h}}
        act: {use: basic/tanh, in: x}
      next: {h: cell}
      stack: {o: act}
""",
}


def graph(body: str) -> Graph:
    return zoo.loads(f"format: zoo/1\nname: corner{body}")


def run(model: CompiledGraph, given: Mapping[str, Tensor]) -> tuple[Tensor, ...]:
    found = model(given)
    return (found,) if isinstance(found, Tensor) else tuple(found)


@pytest.mark.parametrize("name", RUNS)
def test_what_is_accepted_runs_in_every_way(name: str) -> None:
    drawn = graph(RUNS[name])
    resolution = resolve(drawn)
    assert resolution.ok, resolution.problems
    given = inputs_for(resolution, 3, 5)
    loop, auto = (drawn.compile(lowering=each) for each in ("loop", "auto"))
    found = run(loop, given)
    streams = "x: float batch time" in RUNS[name]
    sizes = {"batch": 3, "time": 5} if "batch" in RUNS[name] else {"time": 3}
    for (output, type_), x in zip(resolution.root.types.items(), found, strict=True):
        assert type_ is not None
        assert [substitute(size, sizes) for size in type_.shape] == [*x.shape], output
    torch.testing.assert_close(run(auto, given), found)
    if "learned" not in name:  # without a reader there is no parameter, and costs are of what is drawn
        assert count_parameters(resolution) == sum(each.numel() for each in loop.parameters())
    if not streams:
        return
    whole = {port: x for port, x in given.items() if port != "x"}
    stream = loop.stream(whole, along="time", batch=3)
    first, stream = stream.feed(given["x"][:, :2])
    rest, _ = stream.feed(given["x"][:, 2:])
    parts = (first, rest) if len(found) == 1 else (first[0], rest[0])
    torch.testing.assert_close(torch.cat(parts, 1), found[0])


REFUSED: dict[str, tuple[str, str]] = {
    "layers of several widths": (
        TIED.replace("with: {hidden: 3}, carry", "vary: {hidden: [2, 3]}, carry")
        % (", tie: {inner.weight: e.inner.weight}", ""),
        "'inner.weight' is 2 × 4 and 3 × 4 in the layers of 's': one parameter has one shape; name one of",
    ),
    "no layer named": (
        TIED % ("", ", tie: {inner.weight: s.inner.weight}"),
        "'s' has no parameter 'inner.weight' (did you mean '1.inner.weight'?)",
    ),
    "a cycle through a layer": (
        TIED % (", tie: {inner.weight: e.inner.weight}", ", tie: {inner.weight: s.1.inner.weight}"),
        "these ties form a cycle: s.inner.weight -> e.inner.weight -> s.inner.weight",
    ),
}


COUNTED: dict[str, str] = {
    "all of as many layers as are asked for": """
params: {layers: 3, wide: 5}
inputs: {x: float batch time 4}
outputs: {o: s, p: e}
nodes:
  s: {repeat: $layers, use: feedforward/ffn, with: {hidden: $wide}, carry: {x: x},
      tie: {inner.weight: e.inner.weight}}
  e: {use: feedforward/ffn, with: {hidden: $wide}, in: x}
""",
    "all of them to one of their own": """
params: {layers: 3}
inputs: {x: float batch time 4}
outputs: {o: s}
nodes:
  s: {repeat: $layers, use: feedforward/ffn, with: {hidden: 7}, carry: {x: x},
      tie: {inner.weight: s.1.inner.weight}}
""",
    "one of layers that differ": """
inputs: {x: float batch time 4}
outputs: {o: s, p: e}
nodes:
  s: {repeat: 4, use: feedforward/ffn, vary: {hidden: [3, 3, 5, 3]}, carry: {x: x},
      tie: {2.inner.weight: e.inner.weight}}
  e: {use: feedforward/ffn, with: {hidden: 5}, in: x, tie: {outer.weight: s.2.outer.weight}}
""",
    "some inside repeated blocks": """
params: {layers: 3}
inputs: {x: float batch time 4}
outputs: {o: again, p: e}
blocks:
  b:
    inputs: {x: float batch time 4}
    outputs: {x: same}
    nodes:
      s: {repeat: 2, use: feedforward/ffn, with: {hidden: 5}, carry: {x: x},
          tie: {0.inner.bias: s.1.inner.bias}}
      same: {repeat: 2, share: true, use: feedforward/ffn, with: {hidden: 5}, carry: {x: s},
             tie: {inner.weight: s.1.inner.weight}}
nodes:
  again: {repeat: $layers, use: b, carry: {x: x},
          tie: {s.1.outer.bias: e.outer.bias, 1.same.outer.bias: e.outer.bias}}
  e: {use: feedforward/ffn, with: {hidden: 5}, in: x}
""",
}


@pytest.mark.parametrize("name", [*COUNTED, *(name for name in RUNS if name.startswith("a tie"))])
def test_a_shared_parameter_counts_once_in_formulas_too(name: str) -> None:
    drawn = graph({**COUNTED, **RUNS}[name])
    resolution = resolve(drawn)
    found = formulas(resolution).parameters
    assert found is not None
    number = substitute(found, resolution.root.values)
    assert number == sum(each.numel() for each in drawn.compile(device="meta").parameters())
    assert number == count_parameters(resolution)


UNMEASURED = """
inputs: {x: float batch time*source 4, y: optional float batch source 4}
outputs: {o: walk}
nodes:
  walk: {scan: {over: batch, each: {x: x}, state: {h: zeros source}, next: {h: h}, final: {h: h}}}
"""


def test_a_state_of_an_axis_that_no_input_tells() -> None:
    with pytest.raises(
        GraphError, match=r":6:\d+: .*the size of 'source' follows from no input that is always"
    ):
        graph(UNMEASURED).compile()


@pytest.mark.parametrize("name", REFUSED)
def test_ties_that_cannot_be(name: str) -> None:
    text, said = REFUSED[name]
    with pytest.raises(GraphError) as caught:
        graph(text).compile(device="meta")
    (problem,) = caught.value.problems
    assert said in str(problem)
    assert problem.place is not None


def test_a_stream_whose_first_piece_may_be_missing() -> None:
    model = graph("""
inputs: {mask: optional bool batch time, x: float batch time 4}
outputs: {o: walk.out}
nodes:
  walk: {use: recurrent/gru, with: {hidden: 4}, in: {x: x, mask: mask}}
""").compile()
    x, mask = torch.ones(3, 5, 4), torch.arange(5) < torch.tensor([[5], [1], [3]])
    for given in ({"x": x, "mask": mask}, {"x": x}):
        stream = model.stream(batch=3)
        first, stream = stream.feed({name: each[:, :2] for name, each in given.items()})
        step, _ = stream.step({name: each[:, 2] for name, each in given.items()})
        torch.testing.assert_close(torch.cat([first, step[:, None]], 1), model(given)[:, :3])


def test_a_layer_whose_rows_are_not_those_of_the_stream() -> None:
    drawn = graph("""
inputs: {x: float batch time 4}
outputs: {o: pool}
nodes:
  bias: {use: position/alibi, with: {heads: 4}, in: {query: x, key: x}}
  pool: {use: basic/mean_pool, in: bias}
""")
    with pytest.raises(
        GraphError, match=r"a state for each row, and what comes to 'x' does not begin with 'bat"
    ):
        drawn.compile().stream(batch=3)


def test_no_step_of_an_axis_that_is_computed() -> None:
    model = graph("""
inputs: {y: float batch time-1 4, x: int batch time}
outputs: {o: w, x: x}
blocks:
  b:
    inputs: {x: float batch n 4}
    outputs: {o: s}
    nodes:
      s: {scan: {over: n, each: {x: x}, state: {h: zeros batch 4}, next: {h: x}, stack: {o: h}}}
nodes:
  w: {use: b, in: y}
""").compile()
    with pytest.raises(InputError, match=r"'time - 1' is 0, and the scan 'w.s' walks over it"):
        model(torch.zeros(3, 0, 4), torch.zeros(3, 1, dtype=torch.long))
