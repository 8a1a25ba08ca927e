"""What a graph costs, counted by hand."""

from textwrap import dedent
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.axes import open_axes
from zoo.checker import resolve
from zoo.costs import Cost, costs
from zoo.errors import ZooError
from zoo.fields import Positive
from zoo.packs import Registry

BATCH, TIME, DIM, WIDTH = 3, 5, 7, 11
SIZES = {"batch": BATCH, "time": TIME}


@zoo.layer("lab/map")
class Map(nn.Module):
    """A linear map with a bias."""

    def __init__(self, input: Positive, output: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(output, input))
        self.bias = nn.Parameter(torch.empty(output))
        nn.init.normal_(self.weight)

    def forward(self, x: Float[Tensor, "*any input"]) -> Float[Tensor, "*any output"]:
        return nn.functional.linear(x, self.weight, self.bias)


@zoo.layer("lab/table")
class Table(nn.Module):
    """A linear map without a bias, its matrix the other way round."""

    def __init__(self, input: Positive, output: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(output, input))

    def forward(self, x: Float[Tensor, "*any input"]) -> Float[Tensor, "*any output"]:
        return nn.functional.linear(x, self.weight)


@zoo.layer("lab/looks")
class Looks(nn.Module):
    """A layer that looks at the contents of its input."""

    def forward(self, x: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return x if bool(x.max() > 0) else -x


@zoo.layer("lab/sum")
class Sum(nn.Module):
    """The sum of its inputs."""

    def forward(self, *xs: Float[Tensor, "*any dim"]) -> Float[Tensor, "*any dim"]:
        return torch.stack(xs).sum(0)


REGISTRY = Registry.of(Map, Table, Looks, Sum)


def cost(nodes: str, outputs: str = "y: last", **more: str) -> Cost:
    """The cost of a graph with the input ``x: float batch time 7``."""
    text = "format: zoo/1\nname: lab\n" + "".join(f"{key}:\n{value}\n" for key, value in more.items())
    text += f"inputs: {{x: float batch time {DIM}}}\noutputs: {{{outputs}}}\nnodes:\n"
    graph = zoo.loads(text + "".join(f"  {line}\n" for line in dedent(nodes).strip().splitlines()))
    resolution = resolve(graph, REGISTRY)
    assert resolution.ok, resolution.problems
    return costs(resolution, {name: SIZES[name] for name in open_axes(resolution)})


def test_a_layer_costs_its_parameters_and_products() -> None:
    whole = cost(f"last: {{use: lab/map, with: {{output: {WIDTH}}}, in: x}}")
    (last,) = whole.children
    assert last.what == "lab/map"
    assert {name: str(type) for name, type in last.types.items()} == {"out": f"float batch time {WIDTH}"}
    assert last.parameters == whole.parameters == DIM * WIDTH + WIDTH
    assert last.flops == whole.flops == 2 * BATCH * TIME * DIM * WIDTH
    assert {name: str(type) for name, type in whole.types.items()} == {"y": f"float batch time {WIDTH}"}


def test_a_repeat_costs_its_layers() -> None:
    whole = cost("last: {repeat: 3, use: lab/map, with: {output: 7}, carry: {x: x}}")
    (last,) = whole.children
    (one,) = last.children
    assert (one.name, one.times, one.parameters) == ("0-2", 3, DIM * DIM + DIM)
    assert whole.parameters == 3 * one.parameters
    assert one.flops
    assert whole.flops == 3 * one.flops == 3 * 2 * BATCH * TIME * DIM * DIM


def test_a_shared_repeat_has_one_set_of_parameters() -> None:
    whole = cost("last: {repeat: 3, share: true, use: lab/map, with: {output: 7}, carry: {x: x}}")
    assert whole.parameters == DIM * DIM + DIM
    assert whole.flops == 3 * 2 * BATCH * TIME * DIM * DIM


def test_a_repeat_that_varies_has_a_line_for_each_kind() -> None:
    whole = cost("last: {repeat: 3, use: narrow, carry: {x: x}, vary: {width: [2, 2, 5]}}", blocks=BLOCK)
    assert [(each.name, each.times) for each in whole.children[0].children] == [("0-1", 2), ("2", 1)]
    assert whole.parameters == 2 * (2 * DIM * 2 + 2 + DIM) + (2 * DIM * 5 + 5 + DIM)


BLOCK = """
  narrow:
    params: {width: ~}
    inputs: {x: float batch time dim}
    outputs: {x: up}
    nodes:
      down: {use: lab/map, with: {output: $width}, in: x}
      up: {use: lab/map, with: {output: 7}, in: down}
"""


def test_a_block_costs_what_is_in_it() -> None:
    whole = cost("last: {use: narrow, with: {width: 2}, in: x}", blocks=BLOCK)
    (last,) = whole.children
    assert last.what == "block narrow"
    assert [each.name for each in last.children] == ["down", "up"]
    assert last.parameters == sum(each.parameters for each in last.children) == 2 * DIM * 2 + 2 + DIM


SCAN = """
last:
  scan:
    over: time
    each: {x: x}
    state: {h: START batch 7}
    nodes:
      from_x: {use: lab/map, with: {output: 7}, in: x}
      from_h: {use: lab/table, with: {output: 7}, in: h}
      both: {use: lab/sum, in: [from_x, from_h]}
    next: {h: both}
    stack: {y: both}
"""


def test_a_scan_runs_its_body_at_every_step() -> None:
    whole = cost(SCAN.replace("START", "zeros"), outputs="y: last.y")
    (last,) = whole.children
    assert last.what == "scan over time"
    assert {each.times for each in last.children} == {TIME}
    assert {name: str(type) for name, type in last.children[0].types.items()} == {"out": f"float batch {DIM}"}
    assert whole.parameters == 2 * DIM * DIM + DIM
    assert whole.flops == TIME * 2 * 2 * BATCH * DIM * DIM


def test_a_learned_start_is_a_parameter() -> None:
    zeros = cost(SCAN.replace("START", "zeros"), outputs="y: last.y")
    assert cost(SCAN.replace("START", "learned"), outputs="y: last.y").parameters == zeros.parameters + DIM


def test_a_reuse_has_flops_and_no_parameters() -> None:
    whole = cost("first: {use: lab/map, with: {output: 7}, in: x}\nlast: {reuse: first, in: first}")
    first, last = whole.children
    assert (last.what, last.parameters, last.flops) == ("reuse of first", 0, first.flops)
    assert whole.parameters == first.parameters


def test_a_tied_parameter_counts_where_it_lives() -> None:
    whole = cost("""
        first: {use: lab/map, with: {output: 7}, in: x}
        last: {use: lab/table, with: {output: 7}, in: first, tie: {weight: first.weight}}
    """)
    first, last = whole.children
    assert (first.parameters, last.parameters) == (DIM * DIM + DIM, 0)
    assert whole.parameters == first.parameters


def test_a_layer_that_looks_at_contents_has_unknown_flops() -> None:
    whole = cost("first: {use: lab/map, with: {output: 7}, in: x}\nlast: {use: lab/looks, in: first}")
    assert [each.flops is None for each in whole.children] == [False, True]
    assert whole.flops is None
    assert whole.parameters == DIM * DIM + DIM


def test_sizes_are_asked_for_and_must_be_of_axes() -> None:
    graph = zoo.loads(
        "format: zoo/1\nname: lab\ninputs: {x: float batch time 7}\noutputs: {y: last}\n"
        "nodes: {last: {use: lab/map, with: {output: 2}, in: x}}"
    )
    resolution = resolve(graph, REGISTRY)
    assert open_axes(resolution) == ("batch", "time")
    with pytest.raises(
        ZooError, match=r"every axis of the inputs has a size, and 'time' has none; give time=32"
    ):
        costs(resolution, {"batch": 1})
    with pytest.raises(ZooError, match=r"'tine' is not one \(did you mean 'time'\?\); the axes are batch"):
        costs(resolution, SIZES | {"tine": 3})


GRAPHS = [name for name, file in sorted(zoo.registry().graphs.items()) if zoo.load(file).outputs]


@pytest.mark.parametrize("name", GRAPHS)
def test_a_compiled_graph_has_as_many_parameters(name: str) -> None:
    graph = zoo.load(zoo.registry().graphs[name])
    resolution = resolve(graph)
    whole = costs(resolution, dict.fromkeys(open_axes(resolution), 2))
    model = graph.compile(device="meta")
    assert whole.parameters == sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("name", GRAPHS)
def test_a_compiled_graph_takes_as_many_flops(name: str) -> None:
    from torch.nn.attention import SDPBackend, sdpa_kernel
    from torch.utils.flop_counter import FlopCounterMode

    from zoo.samples import random_inputs

    graph = zoo.load(zoo.registry().graphs[name])
    resolution = resolve(graph)
    sizes = dict(zip(open_axes(resolution), (2, 5, 7), strict=False))
    whole = costs(resolution, sizes)
    # The counter does not know what CPUs fuse, recurrences and attention: without a device they are products.
    model: Any = graph.compile(device="meta").eval()
    drawn = random_inputs(resolution, sizes, torch.float32, torch.device("cpu"), 0)
    inputs = {name: x.to("meta") for name, x in drawn.items()}
    with torch.no_grad(), sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter:
        model(inputs)
    assert whole.flops == counter.get_total_flops()


def test_what_is_frozen_is_counted_with_all_that_is_in_it() -> None:
    whole = cost(
        """
        map: {use: lab/map, with: {output: 7}, freeze: true, in: x}
        stack: {repeat: 3, use: narrow, with: {width: 2}, freeze: true, carry: {x: map}}
        walk:
          scan:
            over: time
            freeze: true
            each: {x: stack}
            state: {h: learned batch 7}
            nodes: {sum: {use: lab/sum, in: [x, h]}}
            next: {h: sum}
            stack: {out: sum}
        last: {use: lab/map, with: {output: 7}, in: walk}
        """,
        blocks=BLOCK,
    )
    found = {each.name: (each.frozen, each.parameters) for each in whole.children}
    own, narrow = DIM * DIM + DIM, 2 * DIM * 2 + 2 + DIM
    assert found == {
        "map": (own, own),
        "stack": (3 * narrow, 3 * narrow),
        "walk": (DIM, DIM),
        "last": (0, own),
    }
    assert whole.frozen == whole.parameters - own == own + 3 * narrow + DIM
    (layer,) = whole.children[1].children
    assert all(each.frozen == each.parameters for each in (layer, *layer.children))
