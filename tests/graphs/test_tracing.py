"""The graphs of the library in the hands of torch's tracers: ``torch.compile`` without breaks, and fx."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from tests.graphs import library
from tests.graphs.test_lowerings import RECURRENT, inputs

pytestmark = pytest.mark.tracing

QUICK = ("gpt",)
WHOLE = [
    name
    for name in library.GRAPHS
    if name not in RECURRENT and "recurrent/" not in (library.FOLDER / f"{name}.yaml").read_text("utf-8")
]
"""Graphs without recurrence, which torch.compile would unroll for each length anew."""


class Counted:
    """A backend that runs what it is given, and counts how often it is asked."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, module: torch.fx.GraphModule, example: list[Tensor]) -> Any:
        self.count += 1
        return module.forward


def some(names: list[str], quick: tuple[str, ...]) -> list[Any]:
    """All of them; most only where tests may be long."""
    return [pytest.param(name, marks=() if name in quick else pytest.mark.long) for name in names]


@pytest.mark.parametrize("name", some(WHOLE, QUICK))
def test_it_compiles_whole_and_once_for_every_size(name: str) -> None:
    torch.compiler.reset()
    model = library.model(name).eval()
    backend = Counted()
    tracer: Any = torch  # its types are partial
    compiled = tracer.compile(model, fullgraph=True, dynamic=True, backend=backend)
    for batch, less in ((3, 0), (2, 1), (4, 2), (5, 0)):
        given = shortened(name, library.inputs(name, batch=batch), less)
        found, expected = library.outputs(compiled(given)), library.outputs(model(given))
        for key, x in expected.items():
            torch.testing.assert_close(found[key], x, rtol=1e-10, atol=1e-10, msg=key)
    assert backend.count == 1


def shortened(name: str, given: dict[str, Tensor], less: int) -> dict[str, Tensor]:
    """The inputs with every sequence shorter by so many steps."""
    found: dict[str, Tensor] = {}
    for port, x in given.items():
        kept = x
        axes = [str(axis) for axis in library.graph(name).inputs[port].shape]
        for at, axis in enumerate(axes):
            if axis in library.LENGTHS and axis != "batch":
                kept = kept.narrow(at, 0, x.shape[at] - less)
        found[port] = kept.clone(memory_format=torch.contiguous_format)  # a view is compiled as one
    return found


@pytest.mark.parametrize("name", some(library.GRAPHS, (*QUICK, "seq2seq_additive")))
def test_it_is_a_graph_of_fx_over_the_same_weights(name: str) -> None:
    model = library.model(name).eval()
    traced = model.to_fx()
    given = inputs(name, "padded", torch.float64)
    found, expected = library.outputs(traced(**given)), library.outputs(model(given))
    for key, x in expected.items():
        assert found[key].equal(x)
    own = {key: x.data_ptr() for key, x in traced.state_dict().items()}
    assert all(own[key] == x.data_ptr() for key, x in model.state_dict().items())
