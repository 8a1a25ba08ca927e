"""Streams of graphs that no library has: modules at several places, odd names, states of every kind."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor

import zoo
from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph
from zoo.compiler.step.stream import Stream
from zoo.errors import ArgumentError, GraphError, InputError

ODD = """
format: zoo/1
name: odd
params: {dim: 6}
inputs:
  x: float batch time $dim
  mask: optional bool batch time
  memory: float batch source $dim
  real: optional bool batch source
  start: float batch $dim
outputs:
  after: none
  first: again.x
  last: found.h
  mean: mean
  same: bridge
  shared: thrice.x
  wide: wide
  kept: batch.kept
blocks:
  looks:                                  # without a state: a module of the model as it is
    inputs: {x: float batch time dim, mask: optional bool batch time}
    outputs: {out: add}
    nodes: {act: {use: basic/tanh, in: x}, add: {use: basic/add, in: [act, x]}}
  attends:
    params: {heads: 2}
    inputs: {x: float batch time dim, memory: float batch source dim, real: optional bool batch source}
    outputs: {x: add, kept: act}
    nodes:
      self: {use: attention/multi_head, with: {heads: $heads, causal: true}, in: {query: x, key: x, value: x}}
      act: {use: basic/tanh, in: memory}  # whole
      cross: {use: attention/multi_head, with: {heads: 3}, in: {query: x, key: act, value: act, mask: real}}
      add: {use: basic/add, in: [self, cross]}
nodes:
  state: {use: looks, in: x}
  batch: {use: attends, in: {x: state, memory: memory, real: real}}
  again: {reuse: batch, in: {x: batch.x, memory: memory}}
  class:
    repeat: 3
    use: attends
    carry: {x: again.x}
    in: {memory: memory}
    vary: {heads: [1, 2, 3]}
  thrice:
    repeat: 2
    use: attends
    share: true
    carry: {x: class.x}
    in: {memory: memory, real: real}
  bridge: {use: recurrent/bridge, in: start}
  found:
    scan:
      over: time
      each: {found: class.x, none: x}
      mask: mask
      state: {h: bridge, state: learned batch $dim, sum: zeros batch $dim}
      const: {memory: memory}
      nodes:
        look: {use: attention/dot, in: {query: h, keys: memory, values: memory}}
        both: {use: basic/add, in: [look.out, found, none, state]}
        cell: {use: recurrent/gru_cell, in: {x: both, h: h}}
        inner:
          scan:
            over: source
            each: {m: memory}
            state: {s: cell}
            nodes: {own: {reuse: cell, in: {x: m, h: s}}}
            next: {s: own}
            final: {s: s}
        lent: {reuse: wide, in: inner.s}
        more: {use: basic/add, in: [sum, lent]}
      next: {h: cell, state: both, sum: more}
      stack: {out: more}
      final: {h: h}
  mean: {use: basic/mean_pool, in: {x: found.out, mask: mask}}
  none: {use: basic/add, in: [found.out, x]}
  wide: {use: basic/linear, with: {output: $dim}, in: x}
"""


def odd(**more: Tensor) -> dict[str, Tensor]:
    """Inputs of the odd graph: those that run along time, and those that do not."""
    draw = torch.Generator().manual_seed(0)

    def random(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw, dtype=torch.float64)

    return {"x": random(3, 7, 6), "memory": random(3, 5, 6), "start": random(3, 6), **more}


def parted(given: Mapping[str, Tensor]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Those that come in pieces, and those that are whole."""
    pieces = {name: value for name, value in given.items() if name in ("x", "mask")}
    return pieces, {name: value for name, value in given.items() if name not in pieces}


@pytest.fixture(scope="module")
def built() -> CompiledGraph:
    model = zoo.loads(ODD).compile(dtype=torch.float64)
    torch.nn.init.normal_(helpers.part(model, "found").state)
    return model


def begun(model: CompiledGraph, given: Mapping[str, Tensor]) -> Stream:
    """The stream of the odd graph before its first step."""
    return model.stream(parted(given)[1], along="time")


def gone(stream: Stream, given: Mapping[str, Tensor], *sizes: int) -> tuple[list[dict[str, Tensor]], Stream]:
    """What the next pieces of these sizes give, and the stream behind them."""
    found: list[dict[str, Tensor]] = []
    pieces, _ = parted(given)
    for size in sizes:
        now = {name: value[:, stream.seen : stream.seen + size] for name, value in pieces.items()}
        part, stream = stream.feed(now)
        found.append(part._asdict())
    return found, stream


def assert_whole(parts: list[dict[str, Tensor]], expected: dict[str, Tensor]) -> None:
    """The pieces together are what the graph gives for the whole."""
    for name, value in expected.items():
        runs = value.dim() == 3 and name != "kept"
        found = torch.cat([part[name] for part in parts], 1) if runs else parts[-1][name]
        torch.testing.assert_close(found, value, rtol=1e-10, atol=1e-10)


MASKS = {
    "mask": torch.arange(7) < torch.tensor([[7], [4], [0]]),
    "real": torch.arange(5) < torch.tensor([[5], [2], [1]]),
}


@pytest.mark.parametrize("masks", [{}, MASKS], ids=["bare", "masked"])
def test_modules_at_several_places_have_a_state_at_each(
    built: CompiledGraph, masks: dict[str, Tensor]
) -> None:
    given = odd(**masks)
    expected = built(**given)._asdict()
    for sizes in ((1,) * 7, (0, 3, 0, 4), (7,)):
        parts, stream = gone(begun(built, given), given, *sizes)
        assert_whole(parts, expected)
        assert (stream.seen, stream.batch) == (7, 3)
    assert not [line for line in stream.source.splitlines() if len(line) > 110]


def test_gradients_go_back_through_all_pieces(built: CompiledGraph) -> None:
    given = odd()
    wanted = built(**given).after.square().sum()
    parts, _ = gone(begun(built, given), given, 3, 4)
    found = torch.cat([part["after"] for part in parts], 1).square().sum()
    weights = [helpers.part(built, "class_.1.self_").key.weight, helpers.part(built, "found").state]
    for one, other in zip(
        torch.autograd.grad(wanted, weights), torch.autograd.grad(found, weights), strict=True
    ):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_one_goes_on_from_a_place_as_often_as_one_likes(built: CompiledGraph) -> None:
    given = odd(**MASKS)
    expected = built(**given)._asdict()
    with torch.no_grad():
        parts, stream = gone(begun(built, given), given, 4)
        other = odd(x=given["x"].flip(1), mask=MASKS["mask"])
        gone(stream, other, 1, 2)  # another continuation, which the first one must not see
        rest, _ = gone(stream, given, 1, 2)
    assert_whole([*parts, *rest], expected)


def test_rows_are_reordered_as_a_search_needs_it(built: CompiledGraph) -> None:
    given = odd(**MASKS)
    rows = torch.tensor([2, 0, 0, 1])
    with torch.no_grad():
        _, stream = gone(begun(built, given), given, 4)
        picked = {name: value[rows] for name, value in given.items()}
        parts, after = gone(stream.reordered(rows), picked, 1, 2)
        assert after.batch == 4
        expected = {name: value[rows] for name, value in built(**given)._asdict().items()}
    for name in ("after", "first", "shared", "wide"):
        expected[name] = expected[name][:, 4:]
    assert_whole(parts, expected)


def test_a_state_is_saved_and_goes_on_in_its_own_graph_alone(built: CompiledGraph, tmp_path: Path) -> None:
    given = odd(**MASKS)
    with torch.no_grad():
        parts, stream = gone(begun(built, given), given, 4)
        (tmp_path / "state.safetensors").write_bytes(save(stream.state_dict()))
        saved = load((tmp_path / "state.safetensors").read_bytes())
        for again in (built.stream(state=saved, along="time"), pickle.loads(pickle.dumps(stream))):
            assert (again.seen, again.batch) == (4, 3)
            rest, _ = gone(again, given, 1, 2)
            assert_whole([*parts, *rest], built(**given)._asdict())
    other = zoo.loads(ODD.replace("heads: 3", "heads: 1")).compile(dtype=torch.float64)
    with pytest.raises(InputError, match="the graph that it is of"):
        other.stream(state=saved, along="time")
    with pytest.raises(InputError, match="no state of a stream"):
        built.stream(state={}, along="time")
    with pytest.raises(InputError, match=r"state lacks 'batch\.self_\.key'"):
        built.stream(state={name: x for name, x in saved.items() if name != "batch.self_.key"}, along="time")
    with pytest.raises(InputError, match="has no more"):
        built.stream(state={**saved, "more": torch.zeros(1)}, along="time")
    with pytest.raises(InputError, match="give the state alone"):
        built.stream(batch=2, state=saved, along="time")


def test_what_does_not_fit_is_told(built: CompiledGraph) -> None:
    given = odd()
    stream = begun(built, given)
    x = given["x"]
    assert repr(stream) == "<stream of 'odd' along time: 0 steps of 3 rows>"
    for call, message in {
        lambda: stream.feed(x[:2]): "this stream has 3 rows, and 'x' has 2; begin another with batch=2",
        lambda: stream.feed(x[:, 0]): "must have 3 axes, and float64",
        lambda: stream.feed(x.float()): "float32",
        lambda: stream.step(
            x
        ): "step takes one step of 'x', which has 2 axes, not 3; a piece along 'time' goes",
        lambda: stream.step(y=x): "there is no input 'y'",
        built.stream: "there are time and source; say along='time' or along='source'",
        lambda: built.stream(along="tim"): r"'tim' is not one \(did you mean 'time'\?\)",
        lambda: built.stream(given, along="time"): "'x' runs along 'time' and comes in pieces",
        lambda: built.stream(parted(given)[1], along="time", batch=2): "start has 3, batch has 2",
        lambda: built.stream(along="time"): "memory",
        lambda: stream.reordered(
            torch.tensor([0.5])
        ): r"rows must be whole .* from 0 to 2, .* not float32 \[1\]",
        lambda: stream.reordered(torch.tensor([0, 3])): "not 3; name rows that are there",
        lambda: stream.reordered([0, 1]): "not a list",  # pyright: ignore[reportArgumentType] - the fault
    }.items():
        with pytest.raises(InputError, match=message):
            call()
    with pytest.raises(ArgumentError, match="'whole' must be a mapping from names, not a Tensor"):
        built.stream(x, along="time")  # pyright: ignore[reportArgumentType] - the fault


REFUSED = """
format: zoo/1
name: refused
inputs: {x: float batch time 6}
outputs: {out: join}
nodes:
  pool: {use: basic/mean_pool, in: x}
  wide: {use: basic/expand, in: {x: pool, like: x}}
  back:
    scan:
      over: time
      reverse: true
      each: {x: x}
      state: {h: zeros batch 6}
      nodes: {cell: {use: recurrent/gru_cell, in: {x: x, h: h}}}
      next: {h: cell}
      stack: {out: cell}
  all:
    scan:
      over: time
      each: {x: x}
      const: {memory: x}
      nodes: {look: {use: attention/dot, in: {query: x, keys: memory, values: memory}}}
      stack: {out: look.out}
  late:
    scan:
      over: time
      each: {x: x}
      state: {h: pool}
      nodes: {cell: {use: recurrent/gru_cell, in: {x: x, h: h}}}
      next: {h: cell}
      stack: {out: cell}
  both: {use: attention/multi_head, with: {heads: 2}, in: {query: x, key: x, value: x}}
  norm: {use: norm/batch_norm, in: x}
  join: {use: basic/add, in: [wide, back, all, late, both.out, norm]}
"""


def test_everything_that_keeps_a_graph_from_streaming_is_told_at_once() -> None:
    model = zoo.loads(REFUSED).compile()
    with pytest.raises(GraphError) as refused:
        model.stream()
    told = {problem.path: (problem.message, problem.remedy) for problem in refused.value.problems}
    assert told["wide"][0] == "'x' of basic/expand depends on all of 'time', which is never all there"
    assert told["back"][1] == "leave out reverse: true"
    assert "sees its const 'memory' whole" in told["all"][0]
    assert "the state 'h' starts from what depends on all of 'time'" in told["late"][0]
    assert told["both"][1] == "write with: {causal: true}"
    assert all(problem.place for problem in refused.value.problems)
    assert {*told} >= {"wide", "back", "all", "late", "both"}


def test_an_error_inside_says_at_which_node() -> None:
    model = zoo.load(zoo.registry().graphs["gpt"]).compile(dim=8, heads=2, layers=1, context=3)
    stream = model.stream()
    with pytest.raises(InputError, match="position/learned has 3 places") as error:
        stream.feed(torch.zeros(1, 4, dtype=torch.int64))
    assert error.value.__notes__[0].startswith("in the node 'position' (")
