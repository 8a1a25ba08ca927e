"""Random scans: with and without hoisting they are the same function, and the one that the graph says."""

from __future__ import annotations

from typing import Any, TypeAlias

import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

import zoo
from tests.zoo.compiler import helpers

DIM, BATCH, TIME = 3, 2, 5
ENTRIES = ("x", "y", "k", "h", "g")
Parts: TypeAlias = tuple[str, list[tuple[str, str, list[str]]], dict[str, str], dict[str, str], bool]
"""A graph as text, its nodes (name, layer, what it reads), its next, its stack; whether it is reversed."""

LAYERS = {
    "basic/linear": 1,
    "basic/tanh": 1,
    "basic/add": 2,
    "basic/multiply": 2,
    "recurrent/rnn_cell": 2,
}
PORTS = {"recurrent/rnn_cell": ("x", "h")}
SETTINGS = {"basic/linear": f"with: {{output: {DIM}}}, ", "recurrent/rnn_cell": ""}


@st.composite
def scans(draw: st.DrawFn) -> Parts:
    """A scan of a few nodes that read whatever there is."""
    nodes: list[tuple[str, str, list[str]]] = []
    names: list[str] = [*ENTRIES]
    for index in range(draw(st.integers(1, 7))):
        layer = draw(st.sampled_from(sorted(LAYERS)))
        reads = [draw(st.sampled_from(names)) for _ in range(LAYERS[layer])]
        nodes.append((f"n{index}", layer, reads))
        names.append(f"n{index}")
    following = {state: draw(st.sampled_from(names)) for state in ("h", "g")}
    stack = {f"out{index}": draw(st.sampled_from(names)) for index in range(draw(st.integers(1, 3)))}
    reverse = draw(st.booleans())
    sizes = f"x: float batch time {DIM}, y: float batch time {DIM}, k: float batch {DIM}"
    lines = [
        "format: zoo/1",
        "name: walk",
        f"inputs: {{{sizes}, mask: optional bool batch time}}",
        f"outputs: {{{', '.join(f'{out}: s.{out}' for out in stack)}, h: s.h, g: s.g}}",
        "nodes:",
        "  s:",
        "    scan:",
        "      over: time",
        f"      reverse: {str(reverse).lower()}",
        "      each: {x: x, y: y}",
        "      const: {k: k}",
        "      mask: mask",
        f"      state: {{h: zeros batch {DIM}, g: k}}",
        "      nodes:",
    ]
    for name, layer, reads in nodes:
        wires = ", ".join(reads)
        wire = f"[{wires}]"
        if layer in PORTS:
            wire = (
                "{"
                + ", ".join(f"{port}: {read}" for port, read in zip(PORTS[layer], reads, strict=True))
                + "}"
            )
        elif len(reads) == 1:
            wire = wires
        lines.append(f"        {name}: {{use: {layer}, {SETTINGS.get(layer, '')}in: {wire}}}")
    lines += [
        f"      next: {{{', '.join(f'{state}: {value}' for state, value in following.items())}}}",
        f"      stack: {{{', '.join(f'{out}: {value}' for out, value in stack.items())}}}",
        "      final: {h: h, g: g}",
    ]
    return "\n".join(lines), nodes, following, stack, reverse


def walked(
    model: Any,
    parts: Parts,
    x: Tensor,
    y: Tensor,
    k: Tensor,
    mask: Tensor | None,
) -> list[Tensor]:
    """What the graph says, step by step, by the layers of the model."""
    _, nodes, following, stack, reverse = parts
    h, g = torch.zeros_like(k), k
    stacked: dict[str, list[Tensor]] = {out: [] for out in stack}
    for step in reversed(range(TIME)) if reverse else range(TIME):
        real = torch.ones(BATCH, 1, dtype=torch.bool) if mask is None else mask[:, step, None]
        values = {"x": x[:, step], "y": y[:, step], "k": k, "h": h, "g": g}
        for name, _, reads in nodes:
            values[name] = model.s.get_submodule(name)(*(values[read] for read in reads))
        for out, value in stack.items():
            stacked[out].append(torch.where(real, values[value], 0.0))
        h, g = (torch.where(real, values[following[s]], old) for s, old in (("h", h), ("g", g)))
    results = [torch.stack(steps[::-1] if reverse else steps, 1) for steps in stacked.values()]
    return [*results, h, g]


@settings(max_examples=60)
@given(parts=scans(), masked=st.booleans())
def test_a_scan_computes_what_its_graph_says_with_and_without_hoisting(parts: Parts, masked: bool) -> None:
    graph = zoo.loads(parts[0])
    hoisted = graph.compile(dtype=torch.float64)
    plain = helpers.without_hoisting(graph)
    draw = torch.Generator().manual_seed(0)
    x, y = (torch.randn(BATCH, TIME, DIM, dtype=torch.float64, generator=draw) for _ in range(2))
    k = torch.randn(BATCH, DIM, dtype=torch.float64, generator=draw)
    mask = torch.tensor([[True] * TIME, [True, False, True, False, False]]) if masked else None
    expected = walked(hoisted, parts, x, y, k, mask)
    for model in (hoisted, plain):
        found = helpers.outputs(model, (x, y, k, *([mask] if mask is not None else [])))
        for ours, theirs in zip(found, expected, strict=True):
            torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-10)
