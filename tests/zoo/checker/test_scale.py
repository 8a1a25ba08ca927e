"""What a check costs: nothing grows faster than the graph, and equal layers are resolved once."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.zoo.checker.helpers import TRANSFORMER, graph, resolved, told, types
from tests.zoo.checker.layers import REGISTRY
from zoo.checker import resolve
from zoo.checker.layers import use_layer
from zoo.graph import Call, Frozen, Graph, Ref
from zoo.spec import Port


def residual_net(blocks: int, *, backwards: bool = False, closed: bool = False) -> Graph:
    """x, then again and again x + tanh(x); ``closed`` by a wire from the end to the beginning."""
    nodes: dict[str, Call] = {}
    before = Ref(f"add{blocks - 1}") if closed else Ref("x")
    for index in range(blocks):
        nodes[f"act{index}"] = Call(use="basic/tanh", inputs=Frozen({"": before}))
        nodes[f"add{index}"] = Call(use="basic/add", inputs=Frozen({"": (before, Ref(f"act{index}"))}))
        before = Ref(f"add{index}")
    ordered = dict(reversed(nodes.items())) if backwards else nodes
    port = Port("float", ())
    return Graph(name="n", inputs=Frozen({"x": port}), outputs=Frozen({"out": before}), nodes=Frozen(ordered))


def seconds(graph: Graph) -> float:
    """The shortest of three checks."""
    times: list[float] = []
    for _ in range(3):
        start = time.process_time()
        resolve(graph, REGISTRY)
        times.append(time.process_time() - start)
    return min(times)


def test_a_residual_net_of_a_thousand_blocks_is_checked_in_linear_time() -> None:
    # its paths are 2 to the 1,000: a check that walked them would not end
    assert not resolve(residual_net(1000), REGISTRY).problems
    assert seconds(residual_net(1000)) < 20 * seconds(residual_net(100))


def test_a_file_written_backwards_is_checked_as_well() -> None:
    forward, backward = (resolve(residual_net(1000, backwards=flag), REGISTRY) for flag in (False, True))
    assert backward.problems == ()
    assert backward.root.types == forward.root.types
    assert backward.root.order.index("act0") < backward.root.order.index("add999")


def test_a_cycle_through_a_thousand_blocks_is_found_in_linear_time() -> None:
    problems = resolve(residual_net(1000, closed=True), REGISTRY).problems
    assert [problem.code for problem in problems] == ["cycle"]
    assert problems[0].message.startswith("cycle act0 -> add0 -> ")
    assert "… 1" in problems[0].message  # the middle of a long cycle is left out
    assert len(problems[0].message) < 200
    assert seconds(residual_net(1000, closed=True)) < 20 * seconds(residual_net(100, closed=True))


def test_ninety_six_layers_cost_as_much_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = 0

    def counted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        return use_layer(*arguments)  # pyright: ignore[reportArgumentType] - handed on as they came

    monkeypatch.setattr("zoo.checker.apply.use_layer", counted)
    counts: list[int] = []
    for layers in (1, 96):
        calls = 0
        assert resolved(TRANSFORMER, params={"layers": layers}).ok
        counts.append(calls)
    assert counts[0] == counts[1] > 10


def test_a_repeat_beyond_all_measure_takes_no_memory() -> None:
    text = TRANSFORMER.replace("layers: 3", "layers: 1000000000")
    assert [problem.partition(": ")[2] for problem in told(text)] == [
        "node 'encoder': a repeat has from 1 to 10000 layers, got 1000000000"
    ]


def test_blocks_that_double_sixty_times_are_counted_and_not_made() -> None:
    text = "inputs: {x: float batch 5}\noutputs: {out: top}\nblocks:\n"
    for depth in range(60):
        inner = f"b{depth + 1}" if depth < 59 else "basic/tanh"
        text += f"  b{depth}:\n    inputs: {{x: float batch dim}}\n    outputs: {{out: two}}\n"
        text += f"    nodes: {{one: {{use: {inner}, in: x}}, two: {{use: {inner}, in: one}}}}\n"
    problems = told(text + "nodes: {top: {use: b0, in: x}}\n")
    said = (
        "a graph has at most 100000 layers, and this one has more than a million million; repeat less often"
    )
    assert problems == [f"t.yaml:1:1: {said}"]


def test_the_order_of_the_nodes_does_not_matter() -> None:
    text = graph(TRANSFORMER)
    turned = replace(
        text,
        nodes=Frozen(reversed(text.nodes.items())),
        blocks=Frozen(
            (name, replace(block, nodes=Frozen(reversed(block.nodes.items()))))
            for name, block in reversed(text.blocks.items())
        ),
    )
    found = resolve(turned, REGISTRY)
    assert found.problems == ()
    shown = {
        f"{name}.{port}": str(found.root.shown(type_))
        for name, node in found.root.nodes.items()
        for port, type_ in node.types.items()
        if type_ is not None
    }
    assert shown == types(TRANSFORMER)
