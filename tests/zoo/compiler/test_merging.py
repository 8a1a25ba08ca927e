"""Scans that run in one call with others: opposite ones and layers, where nothing tells the two apart."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Sequence
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence

from tests.zoo.compiler.test_lowerings_fused import assert_equal, compiled, inputs, ran
from tests.zoo.compiler.walks import AHEAD, BACK, BOTH, both, graph, scan
from zoo.compiler import CompiledGraph
from zoo.ejecting import eject, origin
from zoo.files import semantic_hash
from zoo.recurrence import kernels, together

SAME = {
    "lstm, both directions, starts from anywhere": (
        [
            scan("ahead", c="learned batch WIDTH"),
            scan("back", BACK, h="first"),
            both("both", "ahead", "back"),
        ],
        "out: both, h: ahead.h, c: back.c",
        [("ahead", "back")],
    ),
    "gru, two layers of both directions": (
        [
            scan("ahead", cell="gru"),
            scan("back", BACK, cell="gru", h="learned batch WIDTH"),
            both("both", "ahead", "back"),
            scan("upper", x="both", cell="gru", h="first"),
            scan("upper_back", BACK, x="both", cell="gru"),
            both("top", "upper", "upper_back"),
        ],
        "out: top, h: upper.h, last: back.h",
        [("ahead", "back", "upper", "upper_back")],
    ),
    "relu, three layers from the end, dropout of nothing": (
        [
            scan("one", BACK, cell="relu"),
            "\n  drop: {use: basic/dropout, with: {p: 0.0}, in: one.out}",
            scan("two", BACK, x="drop", cell="relu", h="first"),
            scan("three", BACK, x="two.out", cell="relu"),
        ],
        "h: three.h, last: one.h",
        [("one", "two", "three")],
    ),
    "a cell and a drawing of one": (
        [scan("ahead", cell="drawn", h="first"), scan("back", BACK), both("both", "ahead", "back")],
        "out: both, c: ahead.c",
        [("ahead", "back")],
    ),
    "two stacks, and what lies beside is called behind them": (
        [
            scan("low", cell="tanh"),
            "\n  bend: {use: basic/tanh, in: low.h}",
            scan("high", x="low.out", cell="tanh"),
            scan("ahead", cell="tanh", h="bend"),
            scan("back", BACK, cell="tanh", h="high.h"),
            both("both", "ahead", "back"),
        ],
        "out: both, top: high.out, bend: bend",
        [("low", "high"), ("ahead", "back")],
    ),
}


@pytest.mark.parametrize("mask", [False, True], ids=["whole", "masked"])
@pytest.mark.parametrize("name", SAME)
def test_in_one_call_it_is_the_loop(name: str, mask: bool) -> None:
    nodes, outputs, groups = SAME[name]
    source = graph(nodes, outputs, mask=mask)
    loop, fused = compiled(source, "loop"), compiled(source, "auto")
    for group in groups:
        for scan_ in group:
            others = ", ".join(f"'{other}'" for other in group if other != scan_)
            assert fused.explain()[scan_].reason == f"as one call with {others}"
    forward = fused.source.rpartition("def forward")[2]
    assert forward.count("together(") == len(groups)
    assert not any(f"self.{scan_}(" in forward for group in groups for scan_ in group)
    assert list(fused.state_dict()) == list(loop.state_dict())
    fused.load_state_dict(loop.state_dict())
    given = inputs(float("nan") if mask else 0.5)
    assert_equal(ran(fused, given), ran(loop, given))


def test_where_a_cpu_is_quicker_so_both_directions_are_two_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """Training over padding, with many numbers, but LSTMs."""
    monkeypatch.setattr(kernels, "LARGE", 0)
    nodes = [
        scan("ahead", cell="tanh", h="first"),
        scan("back", BACK, cell="tanh"),
        both("both", "ahead", "back"),
        scan("upper", x="both", cell="tanh"),
        scan("upper_back", BACK, x="both", cell="tanh", h="first"),
        both("top", "upper", "upper_back"),
    ]
    source = graph(nodes, "out: top, h: back.h, last: upper.h", mask=True)
    loop, fused = compiled(source, "loop"), compiled(source, "auto")
    packed = Mock(wraps=pack_padded_sequence)
    monkeypatch.setattr(kernels, "pack_padded_sequence", packed)
    assert_equal(ran(fused, inputs(float("nan"))), ran(loop, inputs(float("nan"))))
    assert packed.call_count == 4


TOWER = SAME["gru, two layers of both directions"]


@pytest.fixture(scope="module")
def tower() -> CompiledGraph:
    """Two layers of both directions."""
    return compiled(graph(*TOWER[:2], mask=True), "auto")


def same(found: Sequence[Tensor], expected: Sequence[Tensor]) -> None:
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-12)


def test_its_source_is_what_one_would_write() -> None:
    model = compiled(
        graph([AHEAD, scan("back", BACK, h="first"), BOTH], "out: both, h: back.h", mask=True), "auto"
    )
    body = model.source.rpartition("def forward")[2].partition("return")[0]
    assert body.splitlines()[1:-1] == [
        "        ahead_way = OneWay(",
        '            "lstm", self.ahead.cell.weight_ih, self.ahead.cell.weight_hh, self.ahead.cell.bias',
        "        )",
        "        back_way = OneWay(",
        '            "lstm",',
        "            self.back.cell.weight_ih,",
        "            self.back.cell.weight_hh,",
        "            self.back.cell.bias,",
        "            states=(first, None),",
        "        )",
        "        both, (_, back) = together(x, mask, ahead_way, back_way, bidirectional=True)",
    ]


def test_copies_hold_it(tower: CompiledGraph) -> None:
    given = inputs(0.5)
    for twin in (copy.deepcopy(tower), pickle.loads(pickle.dumps(tower))):
        assert str(twin.explain()) == str(tower.explain())
        same(twin(given), tower(given))


def test_a_batch_may_be_empty(tower: CompiledGraph) -> None:
    found = tower({name: x[:0] for name, x in inputs(0.5).items()})
    assert [each.shape for each in found] == [(0, 7, 10), (0, 5), (0, 5)]


@pytest.mark.parametrize("style", ["blocks", "flat"])
def test_an_ejected_file_holds_it_and_comes_back(tower: CompiledGraph, style: str) -> None:
    text = eject(tower.graph, style=style)
    names: dict[str, Any] = {"__name__": "ejected"}
    exec(compile(text, "ejected", "exec"), names)
    model = names["build"]().double()
    model.load_state_dict(tower.state_dict())
    assert "= together(" in text.partition("GRAPH = ")[0]
    same(model(*inputs(0.5).values()), tower(inputs(0.5)))
    back = origin(text)
    assert back is not None
    assert semantic_hash(back.graph) == semantic_hash(tower.graph)


def test_a_stream_goes_on_scan_by_scan() -> None:
    nodes = [scan("low", cell="gru"), scan("high", x="low.out", cell="gru", h="first")]
    model = compiled(graph(nodes, "out: high.out"), "step")
    given = inputs(0.5)
    assert model.explain()["low"].reason == "as one call with 'high'"
    stream = model.stream({"first": given["first"]}, batch=4)
    parts: list[Tensor] = []
    for piece in (slice(0, 3), slice(3, 4), slice(4, 7)):
        part, stream = stream.feed({name: given[name][:, piece] for name in ("x", "mask")})
        parts.append(part)
    same([torch.cat(parts, 1)], [model(given)])


@pytest.mark.tracing
def test_passes_of_other_tools_meet_one_call(tower: CompiledGraph) -> None:
    traced = tower.to_fx()
    assert [node.target for node in traced.graph.nodes if node.op == "call_function"].count(together) == 1
    same(traced(**inputs(0.5)), tower(inputs(0.5)))
