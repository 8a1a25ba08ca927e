"""Every graph of the library is the same function in every lowering: outputs, gradients, names of weights."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import product

import pytest
import torch
from torch import Tensor

from tests.graphs import library
from zoo.compiler import CompiledGraph, compile_graph
from zoo.compiler.lowerings import LOWERINGS
from zoo.graph import Scan

pytestmark = [
    # torch's scan traces its step at every call, and its tracer says so.
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:.* is unrolled, and compiling it:UserWarning"),
]

LOOSE = {torch.float64: 1e-10, torch.float32: 3e-5}
MASKS = ["whole", "padded", "empty"]
SLOW = frozenset({"scan", "unroll"})


def model(name: str, lowering: str, dtype: torch.dtype = torch.float64, device: str = "cpu") -> CompiledGraph:
    return compile_graph(
        library.graph(name), device=device, dtype=dtype, params=library.params(name), lowering=lowering
    )


@cache
def scans(name: str) -> dict[str, str]:
    """The scans of a graph, and how each runs if the fastest way is taken."""
    return {way.path: way.way for way in model(name, "auto", device="meta").explain()}


def has_scans(name: str) -> bool:
    graph = library.graph(name)
    return any(
        isinstance(node, Scan) for body in (graph, *graph.blocks.values()) for node in body.nodes.values()
    )


RECURRENT = [*filter(has_scans, library.GRAPHS)]


def inputs(name: str, mask: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """Three whole sequences; or of different lengths; or a fourth, of no real step."""
    found = library.inputs(name, batch=4 if mask == "empty" else 3)
    if mask == "whole":
        found = {port: x | True if x.dtype == torch.bool else x for port, x in found.items()}
    return {port: x.to(dtype) if x.is_floating_point() else x for port, x in found.items()}


def ran(compiled: CompiledGraph, given: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The outputs, and the gradients of every parameter and every float that came in."""
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    compiled.eval()  # lowerings draw dropout in another order
    given = {port: x.clone().requires_grad_(x.is_floating_point()) for port, x in given.items()}
    found = library.outputs(compiled(given))
    total = torch.zeros((), dtype=torch.float64)
    for x in found.values():
        if x.is_floating_point():
            total = total + (x.double() * torch.linspace(-1, 2, x.numel()).view_as(x)).sum()
    total.backward()  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    tensors = {**given, **dict(compiled.named_parameters())}
    return {**found, **{f"gradient of {key}": x.grad for key, x in tensors.items() if x.grad is not None}}


@cache
def expected(name: str, mask: str, dtype: torch.dtype) -> dict[str, Tensor]:
    """What the loop makes."""
    return ran(model(name, "loop", dtype), inputs(name, mask, dtype))


def assert_same(name: str, lowering: str, mask: str, dtype: torch.dtype) -> None:
    found, loop = ran(model(name, lowering, dtype), inputs(name, mask, dtype)), expected(name, mask, dtype)
    assert list(found) == list(loop)
    assert any(key.startswith("gradient of ") for key in loop)
    for key, x in loop.items():
        assert x.isfinite().all()
        torch.testing.assert_close(found[key], x, rtol=LOOSE[dtype], atol=LOOSE[dtype], msg=key)


def cases() -> list[object]:
    """All of them; those whose way is slow run where tests may be long."""
    found: list[object] = []
    for lowering, name, mask, dtype in product(LOWERINGS, RECURRENT, MASKS, LOOSE):
        masked = any(port.dtype == "bool" for port in library.graph(name).inputs.values())
        if lowering in ("auto", "loop") or (mask != "whole" and not masked):
            continue
        hardest = (mask, dtype) == ("empty" if masked else "whole", torch.float64)
        if lowering == "unroll" and not hardest:  # each is compiled
            continue
        title = f"{name}-{lowering}-{mask}-{str(dtype).removeprefix('torch.')}"
        marks = () if hardest and lowering not in SLOW else (pytest.mark.long,)
        marks += (pytest.mark.tracing,) if lowering in SLOW else ()
        found.append(pytest.param(name, lowering, mask, dtype, id=title, marks=marks))
    return found


@pytest.mark.parametrize(("name", "lowering", "mask", "dtype"), cases())
def test_a_graph_is_the_same_in_every_lowering(
    name: str, lowering: str, mask: str, dtype: torch.dtype
) -> None:
    assert_same(name, lowering, mask, dtype)


@pytest.mark.parametrize("name", RECURRENT)
def test_a_checkpoint_of_one_lowering_loads_in_every_other(name: str) -> None:
    keys = {
        lowering: [(key, x.shape) for key, x in model(name, lowering, device="meta").state_dict().items()]
        for lowering in LOWERINGS
    }
    assert all(found == keys["loop"] for found in keys.values())


def test_graphs_without_scans_are_written_once() -> None:
    name = next(name for name in library.GRAPHS if name not in RECURRENT)
    sources = {model(name, lowering, device="meta").source for lowering in LOWERINGS}
    assert len(sources) == 1


def test_encoders_of_the_library_run_in_one_call() -> None:
    ways = {f"{name}: {path}": way for name in RECURRENT for path, way in scans(name).items()}
    assert ways["lstm_from_gates: lstm"] == ways["seq2seq_additive: encoder"] == "fused"
    assert ways["seq2seq_additive: decoder"] == "loop"
