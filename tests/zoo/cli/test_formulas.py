"""What a graph costs as formulas: against counts at other sizes, and against what papers say."""

import json
from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import pytest
import torch
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.checker import resolve
from zoo.costs import costs
from zoo.fields import Positive
from zoo.formulas import Formulas, formulas
from zoo.formulas.depth import Depth, order_along
from zoo.formulas.fitting import fit
from zoo.formulas.orders import Order, order_of
from zoo.packs import Registry, locate
from zoo.sizes import evaluate, parse, substitute, symbol
from zoo.sizes.values import Size
from zoo.sizes.words import formula, short


def size(text: str) -> Size:
    return evaluate(parse(text), symbol)


@pytest.mark.parametrize(
    "text",
    ["3", "time * 4", "batch * time * time * 2 + $dim * time", "$dim * $dim * 3 + $dim", "time // 2 * $dim"],
)
def test_a_polynomial_is_found_again(text: str) -> None:
    known = size(text)
    start = {"batch": 2, "time": 16, "$dim": 6}

    def measure(point: Mapping[str, int]) -> int:
        found = substitute(known, point)
        assert isinstance(found, int)
        return found

    found = fit(measure, start)
    assert found is not None
    for batch, time, dim in product((3, 5), (2, 32), (7, 60)):
        point = {"batch": batch, "time": time, "$dim": dim}
        assert substitute(found, point) == measure(point)


STRANGE: dict[str, Callable[[int], int]] = {
    "exponential": lambda n: 2**n,
    "n log n": lambda n: n * n.bit_length(),
    "bounded": lambda n: min(n, 40),
    "of degree 5": lambda n: n**5,
}


@pytest.mark.parametrize("count", STRANGE.values(), ids=STRANGE)
def test_what_is_no_polynomial_has_no_formula(count: Callable[[int], int]) -> None:
    assert fit(lambda point: count(point["time"]), {"time": 16}) is None


def test_a_contradiction_between_two_sizes_is_noticed() -> None:
    """Along each axis it is a line; together they are not."""
    assert (
        fit(
            lambda at: max(at["a"], at["b"]) if at["a"] > 2 < at["b"] else 1 + at["a"] + at["b"],
            {"a": 2, "b": 2},
        )
        is None
    )


def test_refused_sizes_stay_as_they_are() -> None:
    found = fit(lambda at: None if at["$heads"] != 4 else at["time"] * at["$heads"], {"time": 2, "$heads": 4})
    assert found is not None
    assert formula(found) == "4·time"


GROWING: dict[str, Callable[[int], int]] = {
    "O(1)": lambda n: 7,
    "O(time)": lambda n: 5 + 3 * n,
    "O(log time)": lambda n: 2 + 3 * n.bit_length(),
    "O(time) ": lambda n: 3 + n // 64,
    "O(√time)": lambda n: round(10 * n**0.5),
    "O(?time)": lambda n: n**3,
}


@pytest.mark.parametrize("order", GROWING)
def test_orders_are_told_from_a_few_lengths(order: str) -> None:
    assert str(order_along("time", GROWING[order])[0]) == order.strip()


def test_orders_keep_what_grows_most() -> None:
    time, source = Order.of("time"), Order.of("source")
    assert str(time + Order.of("time", "log")) == "O(time)"
    assert str(time + source) == "O(source + time)"
    assert str(time * source + time) == "O(source·time)"
    assert str(order_of(size("time * 3 + $layers"))) == "O(time)"
    assert str(order_of(size("(time + 1) // 2"))) == "O(time)"


def test_the_depth_of_a_call_counts_what_waits_for_one_another() -> None:
    x = torch.ones(4)
    with Depth() as depth:
        y = x + 1
        for _ in range(5):
            y.mul_(2)
        y = y.view(2, 2)
        _ = torch.stack([x * i for i in range(20)])  # side by side
    assert depth.deepest == 6


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$dim * $dim * 4 * time", "4·time·dim²"),
        ("time - batch * 2", "-2·batch + time"),
        ("(time + 1) // 2", "⌊(time + 1)/2⌋"),
        ("12000", "12,000"),
    ],
)
def test_formulas_read_as_people_write_them(text: str, shown: str) -> None:
    assert formula(size(text)) == shown


@pytest.mark.parametrize(
    ("number", "shown"), [(None, "unknown"), (999, "999"), (1310000, "1.31 M"), (2 * 10**12, "2 T")]
)
def test_numbers_are_short(number: int | None, shown: str) -> None:
    assert short(number) == shown


def of(name: str) -> tuple[Formulas, Any]:
    resolution = resolve(zoo.load(locate(name)))
    return formulas(resolution), resolution


@pytest.mark.parametrize(
    ("name", "sequential", "path"),
    [
        # Vaswani et al. 2017, table 1: self-attention O(1) and O(1), recurrent O(n) and O(n)
        ("gpt", "O(1)", "O(1)"),
        ("rnn_language_model", "O(time)", "O(time)"),
        pytest.param("lstm_from_gates", "O(time)", "O(time)", marks=pytest.mark.long),
        # attention to the source is one step away; the decoder still walks
        ("seq2seq_additive", "O(source + target)", "O(target)"),
        pytest.param("llama", "O(1)", "O(1)", marks=pytest.mark.long),
        # two convolutions a block, four blocks: 2·2·(1 + 2 + 4 + 8) steps back
        ("tcn_language_model", "O(1)", "O(1), within 60 steps"),
    ],
)
def test_graphs_grow_as_their_papers_say(name: str, sequential: str, path: str) -> None:
    found, resolution = of(name)
    assert (str(found.sequential), found.path) == (sequential, path)
    for length in (48, 96):
        sizes = {axis: 3 if axis == "batch" else length for axis in ("batch", "time", "source", "target")}
        sizes = {axis: sizes[axis] for axis in zoo_axes(resolution)}
        counted = costs(resolution, sizes)
        at = {
            **{key: value for key, value in resolution.root.values.items() if isinstance(value, int)},
            **sizes,
        }
        assert found.parameters is not None
        assert found.flops is not None
        assert substitute(found.parameters, at) == counted.parameters
        assert substitute(found.flops, at) == counted.flops


def zoo_axes(resolution: Any) -> tuple[str, ...]:
    from zoo.axes import open_axes

    return open_axes(resolution)


@zoo.layer("lab/window")
class Window(nn.Module):
    """The sum of a step and the one before it."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(dim))

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return self.weight * (x + nn.functional.pad(x, (0, 0, 1, 0))[:, :-1])


@zoo.layer("lab/first")
class First(nn.Module):
    """The first step."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch dim"]:
        return x[:, 0]


def lab(nodes: str, outputs: str) -> Formulas:
    text = f"""
format: zoo/1
name: lab
params: {{layers: 3, dim: 4}}
inputs: {{x: float batch time $dim}}
outputs: {outputs}
nodes: {nodes}
"""
    resolution = resolve(zoo.loads(text), Registry.of(Window, First))
    assert resolution.ok, resolution.problems
    return formulas(resolution)


def test_a_stack_of_windows_reaches_as_far_as_all_of_them_together() -> None:
    found = lab("{stack: {repeat: $layers, use: lab/window, carry: {x: x}}}", "{y: stack}")
    assert found.path == "O(1), within 3 steps"
    assert found.children[0].children[0].path == "O(time)"
    assert found.parameters is not None
    assert formula(found.parameters) == "dim·layers"


def test_a_place_that_is_picked_joins_no_places() -> None:
    assert lab("{pick: {use: lab/first, in: x}}", "{y: pick}").path == ""


def test_a_scan_without_states_takes_all_steps_at_once() -> None:
    scan = (
        "{over: time, each: {x: x}, state: {h: zeros batch $dim}, "
        "nodes: {a: {use: basic/add, in: [x, h]}}, next: {h: a}, stack: {out: a}}"
    )
    text = f"""
format: zoo/1
name: lab
params: {{dim: 4}}
inputs: {{x: float batch time $dim}}
outputs: {{y: walk.out}}
nodes: {{walk: {{scan: {scan}}}}}
"""
    walked = formulas(resolve(zoo.loads(text)))
    assert (str(walked.sequential), walked.path) == ("O(time)", "O(time)")
    each = (
        text.replace("state: {h: zeros batch $dim}, ", "")
        .replace("[x, h]", "[x, x]")
        .replace("next: {h: a}, ", "")
    )
    apart = formulas(resolve(zoo.loads(each)))
    assert (str(apart.sequential), apart.path) == ("O(1)", "")


def test_show_prints_formulas(zoo_: Callable[..., Any]) -> None:
    result = zoo_("show rnn_language_model --formulas --depth 0")
    lines = [" ".join(line.split()) for line in result.output.splitlines()]
    assert lines[0] == "node layer sequential path"
    assert "total O(time) O(time)" in lines
    assert "node parameters FLOPs" in lines
    assert "2·batch·time·hidden²" in result.output
    assert max(map(len, result.output.splitlines())) <= 100
    found: dict[str, Any] = json.loads(zoo_("show rnn_language_model --formulas --json").output)
    assert (found["sequential"], found["path"]) == ("O(time)", "O(time)")
    assert zoo_("show gpt --formulas --size time=3").exit_code == 2
