"""Scans that run in one call with others: opposite ones and layers, where nothing tells the two apart."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterable, Sequence
from typing import Any
from unittest.mock import Mock

import pytest
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from tests.zoo.compiler.test_lowerings_drawn import SIGMOIDS
from tests.zoo.compiler.test_lowerings_fused import assert_equal, compiled, inputs, ran
from zoo import recurrence
from zoo.compiler import CompiledGraph, compile_graph
from zoo.ejecting import eject, origin
from zoo.files import semantic_hash
from zoo.packs import Registry
from zoo.recurrence import kernels, together

ALONE = {"h": "cell"}
CELLS = {
    "lstm": (
        "recurrent/lstm_cell, with: {hidden: WIDTH}, in: {x: x, h: h, c: c}",
        {"h": "cell.h", "c": "cell.c"},
    ),
    "gru": ("recurrent/gru_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "tanh": ("recurrent/rnn_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "relu": ("recurrent/rnn_cell, with: {hidden: WIDTH, activation: relu}, in: {x: x, h: h}", ALONE),
    "own": ("own/cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
    "loud": ("own/loud_cell, with: {hidden: WIDTH}, in: {x: x, h: h}", ALONE),
}
"""What a node ``cell`` uses, and the states after it."""


def scan(name: str, *more: str, x: str = "x", cell: str = "lstm", width: int = 5, **starts: str) -> str:
    """A scan of one cell with these lines more; ``starts`` are its states where they are no zeros."""
    use, after = CELLS.get(cell, ("", {"h": "hidden", "c": "cell"}))
    nodes = f"\n        cell: {{use: {use}}}" if use else SIGMOIDS
    begin = ", ".join(f"{each}: {starts.get(each, 'zeros batch WIDTH')}" for each in after)
    lines = [
        f"over: time\n      each: {{x: {x}}}\n      MASK",
        *more,
        f"state: {{{begin}}}",
        f"nodes: {nodes}",
        f"next: {{{', '.join(f'{state}: {ref}' for state, ref in after.items())}}}",
        f"stack: {{out: {after['h']}}}",
        f"final: {{{', '.join(f'{state}: {state}' for state in after)}}}",
    ]
    return "\n      ".join([f"\n  {name}:\n    scan:", *lines]).replace("WIDTH", str(width))


def graph(nodes: Iterable[str], outputs: str, *, mask: bool = False) -> str:
    """Nodes, of which all scans that say nothing else have the mask, or have none."""
    text = f"""
format: zoo/1
name: walk
inputs: {{x: float batch time 3, mask: bool batch time, first: float batch 5}}
outputs: {{{outputs}}}
nodes: {"".join(nodes)}
"""
    return text.replace("MASK", "mask: mask" if mask else "")


BACK = "reverse: true"


def both(name: str, *read: str, use: str = "basic/concat") -> str:
    return f"\n  {name}: {{use: {use}, in: [{', '.join(f'{each}.out' for each in read)}]}}"


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
    packed = Mock(wraps=kernels.pack_padded_sequence)
    monkeypatch.setattr(kernels, "pack_padded_sequence", packed)
    assert_equal(ran(fused, inputs(float("nan"))), ran(loop, inputs(float("nan"))))
    assert packed.call_count == 4


@zoo.layer("own/behind")
class Behind(nn.Module):
    """One sequence behind the other: a concat over time, cut to its length."""

    def forward(
        self, a: Float[Tensor, "batch time dim"], b: Float[Tensor, "batch time dim"]
    ) -> Float[Tensor, "batch time dim"]:
        return torch.cat([a, b], 1)[:, : a.shape[1]]


class Own(nn.Module):
    """A cell of somebody else, and how much it shows of its kernel."""

    shown = 1.0

    def __init__(self, input: int, hidden: int) -> None:
        super().__init__()
        self.w = nn.Parameter(torch.randn(3 * hidden, input))
        self.u = nn.Parameter(torch.randn(3 * hidden, hidden))

    def forward(
        self, x: Float[Tensor, "batch input"], h: Float[Tensor, "batch hidden"]
    ) -> Float[Tensor, "batch hidden"]:
        return torch.gru_cell(x, h, self.w, self.u) * self.shown

    def fused(
        self,
        x: Float[Tensor, "batch time input"],
        h: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], Float[Tensor, "batch hidden"]]:
        out, last = recurrence.gru(x, h, mask, self.w, self.u, reverse=reverse)
        return (out, last) if self.shown == 1 else (out * self.shown, last * self.shown)


@zoo.layer("own/cell")
class OwnCell(Own):
    """A cell that is its kernel, and says so nowhere."""


@zoo.layer("own/loud_cell")
class LoudCell(Own):
    """A cell that does more than its kernel."""

    shown = 2.0


def registry() -> Registry:
    """The layers of the packs, and those of this file."""
    layers = (spec.cls for spec in zoo.registry().layers.values())
    return Registry.of(*layers, Behind, OwnCell, LoudCell)


AHEAD, BOTH = scan("ahead"), both("both", "ahead", "back")


def between(node: str) -> list[str]:
    return [scan("low"), f"\n  mid: {node}", scan("high", x="mid")]


APART: dict[str, tuple[list[str], str, str]] = {
    "another mask": (
        [AHEAD, scan("back", BACK).replace("MASK", ""), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': their masks are not the same)",
    ),
    "another x": (
        ["\n  bend: {use: basic/tanh, in: x}", AHEAD, scan("back", BACK, x="bend"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': they walk over 'x' and 'bend.out')",
    ),
    "another size": (
        [AHEAD, scan("back", BACK, width=7), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': one is 5 wide, the other 7)",
    ),
    "another kind": (
        [AHEAD, scan("back", BACK, cell="gru"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': one is an LSTM, the other a GRU)",
    ),
    "tanh and relu": (
        [scan("ahead", cell="tanh"), scan("back", BACK, cell="relu"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': one is an RNN, the other an RNN with relu)",
    ),
    "other biases": (
        [
            AHEAD,
            scan("back", BACK, cell="drawn").replace("output: 20}", "output: 20, bias: false}"),
            BOTH,
        ],
        "out: both",
        "ahead: fused (not as one call with 'back': they have other biases)",
    ),
    "both forward": (
        [AHEAD, scan("back"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': both walk from the same end)",
    ),
    "the wrong order": (
        [AHEAD, scan("back", BACK), both("both", "back", "ahead")],
        "out: both",
        "ahead: fused (not as one call with 'back': in 'both' the one from the end stands first)",
    ),
    "over another axis": (
        [AHEAD, scan("back", BACK), "\n  both: {use: own/behind, in: {a: ahead.out, b: back.out}}"],
        "out: both",
        "ahead: fused",
    ),
    "a sum": (
        [AHEAD, scan("back", BACK), both("both", "ahead", "back", use="basic/add")],
        "out: both",
        "ahead: fused",
    ),
    "read elsewhere": (
        [AHEAD, scan("back", BACK), BOTH],
        "out: both, more: ahead.out",
        "ahead: fused (not as one call with 'back': something else reads 'ahead.out')",
    ),
    "one starts where the other ends": (
        [AHEAD, scan("back", BACK, h="ahead.h"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': one of them reads 'ahead.h')",
    ),
    "or not far from there": (
        [AHEAD, "\n  bend: {use: basic/tanh, in: ahead.h}", scan("back", BACK, h="bend"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': what one of them reads is made of what 'ahead' gives)",
    ),
    "two stacks that wait for one another": (
        [
            scan("low"),
            scan("other"),
            scan("high", x="low.out", h="other.h"),
            scan("higher", x="other.out", h="low.h"),
        ],
        "out: high.out, more: higher.out",
        "other: fused (not as one call with 'higher': what one of them reads is made of what 'other' gives)",
    ),
    "tied": (
        [AHEAD, scan("back", BACK).replace("in: {x", "tie: {bias: ahead.cell.bias}, in: {x"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': 'back' shares its weights)",
    ),
    "applied again": (
        [AHEAD, scan("back", BACK), BOTH, "\n  again: {reuse: ahead, in: {x: x, mask: mask}}"],
        "out: both, more: again.out",
        "ahead: fused (not as one call with 'back': 'ahead' is applied again)",
    ),
    "more in it": (
        [
            AHEAD.replace("nodes: ", "nodes:\n        wide: {use: basic/tanh, in: x}").replace(
                "{x: x, h", "{x: wide, h"
            ),
            scan("back", BACK),
            BOTH,
        ],
        "out: both",
        "ahead: fused (not as one call with 'back': 'ahead' has more in it than a cell)",
    ),
    "more than a kernel": (
        [scan("ahead", cell="loud"), scan("back", BACK, cell="loud"), BOTH],
        "out: both",
        "ahead: fused (not as one call with 'back': 'ahead' has a cell of its own kernel)",
    ),
    "dropout between": (
        between("{use: basic/dropout, with: {p: 0.3}, in: low.out}"),
        "out: high.out",
        "low: fused (not as one call with 'high': 'mid' (basic/dropout) stands between)",
    ),
    "a repeat between": (
        between("{repeat: 2, use: basic/tanh, carry: {x: low.out}}"),
        "out: high.out",
        "low: fused (not as one call with 'high': 'mid' stands between)",
    ),
    "the lower read elsewhere": (
        [scan("low"), scan("high", x="low.out")],
        "out: high.out, low: low.out",
        "low: fused (not as one call with 'high': something else reads 'low.out')",
    ),
    "from different ends": (
        [scan("low"), scan("high", BACK, x="low.out")],
        "out: high.out",
        "low: fused (not as one call with 'high': they walk from different ends)",
    ),
    "one above two": (
        [AHEAD, scan("back", BACK), BOTH, scan("high", x="both")],
        "out: high.out",
        "high: fused (not as one call with 'back': one goes in one direction, the other in both)",
    ),
}
"""Nearly one call: nodes, outputs, and what is said of a scan."""


@pytest.mark.parametrize("name", APART)
def test_what_is_not_one_walk_stays_apart_and_says_why(name: str) -> None:
    nodes, outputs, said = APART[name]
    model = compile_graph(zoo.loads(graph(nodes, outputs, mask=True)), device="meta", registry=registry())
    assert said in str(model.explain()).splitlines()


def test_a_cell_of_ones_own_need_not_say_what_its_kernel_is() -> None:
    nodes = [scan("ahead", cell="own"), scan("back", BACK, cell="own"), BOTH]
    document = zoo.loads(graph(nodes, "out: both, h: back.h", mask=True))
    loop, fused = (
        compile_graph(document, dtype=torch.float64, registry=registry(), lowering=lowering)
        for lowering in ("loop", "auto")
    )
    assert fused.explain()["back"].reason == "as one call with 'ahead'"
    assert_equal(ran(fused, inputs(float("nan"))), ran(loop, inputs(float("nan"))))


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
