"""Every graph of the library is the same function in every lowering: outputs, gradients, names of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from typing import Any, TypeAlias

import pytest
import torch
from torch import Tensor

from tests.graphs import library
from tests.graphs.test_streams import STREAMS, begun, joined
from zoo.compiler import CompiledGraph, compile_graph
from zoo.compiler.lowerings import LOWERINGS, STEP
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
QUICK = frozenset({"gpt", "seq2seq_additive"})
"""Whose streams run where tests are short; what all give, without gradients, is in ``test_streams``."""


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


Call: TypeAlias = Callable[[CompiledGraph, dict[str, Tensor]], Any]


def whole(compiled: CompiledGraph, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The outputs for whole sequences."""
    return library.outputs(compiled(given))


def in_pieces(compiled: CompiledGraph, given: dict[str, Tensor]) -> dict[str, Tensor]:
    """The outputs of a stream: of pieces of no, two, one and more steps, and of one step."""
    rows = len(next(iter(given.values())))
    stream, pieces = begun(compiled, given, rows)
    steps = next(iter(pieces.values())).shape[1]
    parts: list[dict[str, Tensor]] = []
    done = 0
    for size in (0, 2, 1, steps - 4):
        part, stream = stream.feed({port: x[:, done : done + size] for port, x in pieces.items()})
        parts.append(library.outputs(part))
        done += size
    part, stream = stream.step({port: x[:, done] for port, x in pieces.items()})
    last = library.outputs(part)
    assert stream.seen == steps
    runs = {port for port, x in parts[0].items() if x.dim() > 1 and x.shape[1] == 0}
    parts.append({port: x.unsqueeze(1) if port in runs else x for port, x in last.items()})
    return joined(parts, runs)


def ran(compiled: CompiledGraph, given: Mapping[str, Tensor], call: Call = whole) -> dict[str, Tensor]:
    """The outputs, and the gradients of every parameter and every float that came in."""
    torch.manual_seed(0)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    compiled.eval()  # lowerings draw dropout in another order
    given = {port: x.clone().requires_grad_(x.is_floating_point()) for port, x in given.items()}
    found = call(compiled, given)
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
    call = in_pieces if lowering == STEP else whole
    found = ran(model(name, lowering, dtype), inputs(name, mask, dtype), call)
    loop = expected(name, mask, dtype)
    assert list(found) == list(loop)
    assert any(key.startswith("gradient of ") for key in loop)
    for key, x in loop.items():
        assert x.isfinite().all()
        # What float32 rounds off is a part of the largest numbers that were added.
        largest = max(1.0, float(x.detach().abs().max())) if dtype == torch.float32 else 1.0
        torch.testing.assert_close(
            found[key], x, rtol=LOOSE[dtype], atol=LOOSE[dtype] * largest, msg=f"{key}: {{}}".format
        )


def cases() -> list[object]:
    """All of them; those whose way is slow run where tests may be long."""
    found: list[object] = []
    ways = [*product(LOWERINGS, RECURRENT), *product([STEP], STREAMS)]
    for (lowering, name), mask, dtype in product(ways, MASKS, LOOSE):
        masked = any(port.dtype == "bool" for port in library.graph(name).inputs.values())
        if lowering in ("auto", "loop") or (mask != "whole" and not masked):
            continue
        hardest = (mask, dtype) == ("empty" if masked else "whole", torch.float64)
        if lowering == "unroll" and not hardest:  # each is compiled
            continue
        title = f"{name}-{lowering}-{mask}-{str(dtype).removeprefix('torch.')}"
        lean = hardest and lowering not in SLOW and (lowering != STEP or name in QUICK)
        marks = () if lean else (pytest.mark.long,)
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


def once(name: str) -> object:
    return name if name in QUICK else pytest.param(name, marks=pytest.mark.long)


@pytest.mark.parametrize("name", [once(name) for name in library.GRAPHS if name not in RECURRENT])
def test_a_graph_without_scans_is_the_same_program_in_every_lowering(name: str) -> None:
    """So that nothing of it has to be run twice."""
    ways = [*LOWERINGS, *([STEP] if name in STREAMS else [])]
    assert len({model(name, lowering, device="meta").source for lowering in ways}) == 1


def test_encoders_of_the_library_run_in_one_call() -> None:
    ways = {f"{name}: {path}": way for name in RECURRENT for path, way in scans(name).items()}
    assert ways["lstm_from_gates: lstm"] == ways["seq2seq_additive: encoder"] == "fused"
    assert ways["seq2seq_additive: decoder"] == "loop"
