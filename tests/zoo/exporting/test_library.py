"""Every graph of the library as ONNX and as a program of PyTorch, at sizes that neither was traced with."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import zoo
from tests.graphs import library
from zoo.compiler import CompiledGraph, compile_graph
from zoo.errors import ExportError

pytestmark = [pytest.mark.tracing, pytest.mark.long]

SIZES = ({"batch": 4, "time": 7, "source": 5, "target": 11}, dict.fromkeys(library.LENGTHS, 1))
"""With masks of whole, short and empty rows; and the smallest there are."""

LACK = re.compile(r"Could not find an implementation for \w+|differs from that of the model by \S+")
"""In float64 a file may be refused: the runtime lacks operators, and constants are written in float32."""


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])
@pytest.mark.parametrize("name", library.GRAPHS)
def test_it_runs_in_onnxruntime(name: str, dtype: torch.dtype, tmp_path: Path) -> None:
    runtime: Any = pytest.importorskip("onnxruntime")
    model = compile_graph(library.graph(name), dtype=dtype, params=library.params(name)).eval()
    try:
        done = zoo.export(model, tmp_path / f"{name}.onnx")
    except ExportError as error:
        if dtype == torch.float64 and (lack := LACK.search(str(error))):
            pytest.skip(lack[0])
        raise
    assert [*done.inputs] == [*model.graph.inputs]
    taken = model.graph.inputs  # two values of a file have two names
    assert [*done.outputs] == [f"{each}_out" if each in taken else each for each in model.graph.outputs]
    session: Any = runtime.InferenceSession(done.path)
    assert [each.name for each in session.get_inputs()] == [*done.inputs]
    assert [each.name for each in session.get_outputs()] == [*done.outputs]
    for seed, sizes in enumerate(SIZES):
        given = inputs(name, sizes, dtype, seed)
        found: list[Any] = session.run(None, {key: x.numpy() for key, x in given.items()})
        bound = 1e-4 if dtype == torch.float32 else 1e-6  # some constants are float32 all the same
        compare(model, given, [torch.as_tensor(each) for each in found], bound)


@pytest.mark.parametrize("name", library.GRAPHS)
def test_it_runs_as_a_program(name: str, tmp_path: Path) -> None:
    model = compile_graph(library.graph(name), dtype=torch.float64, params=library.params(name)).eval()
    done = zoo.export(model, tmp_path / f"{name}.pt2")
    given = inputs(name, SIZES[0], torch.float64, 0)
    found: dict[str, Tensor] = torch.export.load(done.path).module()(*given.values())
    assert [*found] == [*model.graph.outputs]
    compare(model, given, [*found.values()], 1e-10)


def inputs(name: str, sizes: dict[str, int], dtype: torch.dtype, seed: int) -> dict[str, Tensor]:
    """The library's inputs, as long as ``sizes`` says."""
    given = library.inputs(name, batch=sizes["batch"], seed=seed)
    cut: dict[str, Tensor] = {}
    for key, x in given.items():
        cut[key] = x.to(dtype) if x.is_floating_point() else x
        for at, axis in enumerate(map(str, library.graph(name).inputs[key].shape)):
            if axis in sizes and axis != "batch":
                cut[key] = cut[key].narrow(at, 0, sizes[axis])
    return cut


def compare(model: CompiledGraph, given: dict[str, Tensor], found: list[Tensor], bound: float) -> None:
    """Refuse any difference beyond rounding."""
    with torch.no_grad():
        expected = library.outputs(model(given))
    for one, (key, other) in zip(found, expected.items(), strict=True):
        torch.testing.assert_close(one, other, rtol=bound, atol=bound, msg=key)
