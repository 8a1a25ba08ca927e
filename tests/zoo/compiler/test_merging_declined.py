"""Scans that nearly run in one call: each stays apart, and says why."""

from __future__ import annotations

import pytest
import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

import zoo
from tests.zoo.compiler.test_lowerings_fused import assert_equal, inputs, ran
from tests.zoo.compiler.walks import AHEAD, BACK, BOTH, both, graph, scan
from zoo import recurrence
from zoo.compiler import compile_graph
from zoo.packs import Registry


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
