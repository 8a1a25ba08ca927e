"""Grown graphs: what the checker accepts runs, means the same in every way, and is what it says of shapes."""

from __future__ import annotations

from types import ModuleType

import pytest
import torch
from torch import Tensor

from tests.grown import Growing, grow
from tests.grown.growing import SIZES
from tests.grown.meaning import meaning
from zoo.checker.resolution import Resolution
from zoo.compiler import CompiledGraph
from zoo.costs import count_parameters
from zoo.ejecting import eject
from zoo.errors import GraphError, InputError
from zoo.files import dumps, loads
from zoo.graph import Graph, identical
from zoo.sizes import substitute

DTYPES = {"float": torch.float64, "int": torch.int64, "bool": torch.bool}


def examine(grown: Growing) -> bool:
    """Try everything that is promised of a graph; whether it could be run at all."""
    graph, resolution = grown.graph, grown.resolution
    read = loads(dumps(graph))
    assert identical(read, graph)
    loop = graph.compile(lowering="loop", dtype=torch.float64).eval()
    stir(loop)
    given = inputs(resolution)
    try:
        found = run(loop, given)
    except InputError:
        return False  # contents that no type forbids: a place outside a sequence, steps that are not there
    for type_, x in zip(resolution.root.types.values(), found, strict=True):
        assert type_ is not None
        shape = resolution.root.shown(type_).shape
        assert [substitute(size, SIZES) for size in shape] == [*x.shape]
        assert DTYPES[type_.dtype] == x.dtype
    same(meaning(loop, resolution, given, SIZES), found)
    auto = graph.compile(dtype=torch.float64).eval()
    auto.load_state_dict(loop.state_dict())
    same(run(auto, given), found)
    same(gradients(auto, given), gradients(loop, given))
    page = ModuleType("page")
    exec(eject(graph), page.__dict__)
    ejected = page.build().double().eval()
    ejected.load_state_dict(loop.state_dict(), strict="tie:" not in dumps(graph))
    same(tensors(ejected(*given.values())), found)
    if "learned" not in dumps(graph):  # one that nothing reads is drawn, and not there
        assert count_parameters(resolution) == sum(each.numel() for each in loop.parameters())
    stream(graph, loop, given, found, resolution)
    return True


def stir(model: CompiledGraph) -> None:
    """Parameters that begin as zeros or ones would hide what is wrong with them."""
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(torch.randn(parameter.shape, generator=draw, dtype=parameter.dtype), alpha=0.2)


def inputs(resolution: Resolution) -> dict[str, Tensor]:
    draw = torch.Generator().manual_seed(1)
    found: dict[str, Tensor] = {}
    for name, type_ in resolution.root.inputs.items():
        assert type_ is not None
        shown = resolution.root.shown(type_)
        x = torch.randn([int(str(substitute(size, SIZES))) for size in shown.shape], generator=draw).double()
        found[name] = x if shown.dtype == "float" else (x > 0).to(DTYPES[shown.dtype])
    return found


def tensors(found: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (found,) if isinstance(found, Tensor) else tuple(found)


def run(model: CompiledGraph, given: dict[str, Tensor]) -> tuple[Tensor, ...]:
    return tensors(model(given))


def gradients(model: CompiledGraph, given: dict[str, Tensor]) -> list[Tensor | None]:
    """Of every input and parameter, by a sum that tells the elements from each other."""
    given = {name: x.clone().requires_grad_(x.is_floating_point()) for name, x in given.items()}
    outs = [x for x in run(model, given) if x.requires_grad]
    if not outs:
        return []
    total = torch.stack([(x.flatten() * torch.linspace(-1, 2, x.numel())).sum() for x in outs]).sum()
    leaves = [x for x in (*given.values(), *model.parameters()) if x.requires_grad]
    return [*torch.autograd.grad(total, leaves, allow_unused=True, materialize_grads=True)]


def same(found: list[Tensor | None] | tuple[Tensor, ...], expected: object) -> None:
    torch.testing.assert_close(found, type(found)(expected), rtol=1e-7, atol=1e-8)  # pyright: ignore[reportArgumentType]  # a list or a tuple, as what was found


def stream(
    graph: Graph,
    model: CompiledGraph,
    given: dict[str, Tensor],
    found: tuple[Tensor, ...],
    resolution: Resolution,
) -> None:
    """Piece by piece, if it can be: every output that has the axis once, behind the batch."""
    behind = {name: [*map(str, port.shape)][1:2] for name, port in graph.inputs.items()}
    pieces = {name: x for name, x in given.items() if behind[name] == ["time"]}
    try:
        going = model.stream({n: x for n, x in given.items() if n not in pieces}, along="time", batch=3)
    except (GraphError, InputError):
        return
    parts: list[tuple[Tensor, ...]] = []
    for start, end in ((0, 2), (2, 3), (3, 5)):
        part, going = going.feed({name: x[:, start:end] for name, x in pieces.items()})
        parts.append(tensors(part))
    for index, type_ in enumerate(resolution.root.types.values()):
        axes = [] if type_ is None else [*map(str, resolution.root.shown(type_).shape)]
        if axes[1:2] == ["time"] and sum("time" in axis for axis in axes) == 1:
            same((torch.cat([part[index] for part in parts], 1),), (found[index],))


@pytest.mark.parametrize("seed", range(10))
def test_a_grown_graph(seed: int) -> None:
    examine(grow(seed, steps=12))


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("part", range(1, 5))
def test_more_grown_graphs(part: int) -> None:
    """With something of everything in them."""
    ran, texts = 0, ""
    for seed in range(part * 50, part * 50 + 50):
        grown = grow(seed, steps=seed % 40)
        texts += dumps(grown.graph)
        try:
            ran += examine(grown)
        except BaseException as error:
            error.add_note(f"grow({seed}, steps={seed % 40})")
            raise
    assert ran > 40
    for word in ("scan:", "repeat:", "reuse:", "mask:", "freeze:", "reverse:", "blocks:", "learned"):
        assert word in texts, f"no graph has '{word}'"
