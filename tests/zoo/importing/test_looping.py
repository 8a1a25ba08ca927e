"""Loops over a list of modules: equal passes are a repeat, and only equal ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.graphs.library import graph, params
from tests.zoo.importing.modules import compare, imported
from zoo.ejecting import eject
from zoo.files import dumps
from zoo.graph import Repeat

X = {"x": "float batch time 7", "mask": "float batch time 7"}


class Looped(nn.Module):
    """Two lists of layers, walked side by side by a function."""

    def __init__(self, walk: Callable[[Any, Tensor, Tensor], Any], *, shared: bool = False) -> None:
        super().__init__()
        self.walk = walk
        self.steps = nn.ModuleList(nn.Linear(7, 7) for _ in range(3))
        self.norms = nn.ModuleList(nn.LayerNorm(7) for _ in range(3))
        weight = nn.Parameter(torch.randn(7, 7))
        for step in self.steps if shared else ():
            assert isinstance(step, nn.Linear)
            step.weight = weight

    def forward(self, x: Tensor, mask: Tensor) -> Any:
        return self.walk(self, x, mask)


def plain(model: Any, x: Tensor, mask: Tensor) -> Tensor:
    for step, norm in zip(model.steps, model.norms, strict=True):
        x = x + norm(step(x).relu() * mask)
    return x


def fronted(model: Any, x: Tensor, mask: Tensor) -> Tensor:
    for step in model.steps:
        x = step(x.tanh())
    return x * mask


def kept(model: Any, x: Tensor, mask: Tensor) -> tuple[Tensor, ...]:
    found = [x * mask]
    for step in model.steps:
        found.append(step(found[-1]).relu())
    return (*found,)


def uneven(model: Any, x: Tensor, mask: Tensor) -> Tensor:
    for index, step in enumerate(model.steps):
        x = step(x).relu() if index == 1 else step(x).tanh()
    return x * mask


def crossed(model: Any, x: Tensor, mask: Tensor) -> Tensor:
    first = x * mask
    for step in model.steps:
        x = step(x).relu() + first
        first = x
    return x


@pytest.mark.parametrize(("walk", "count"), [(plain, 4), (fronted, 2)])
def test_equal_passes_are_a_repeat_of_a_block(walk: Any, count: int) -> None:
    module = Looped(walk)
    if walk is fronted:
        del module.norms
    done = imported(module, inputs=X)
    steps = done.graph.nodes["steps"]
    assert isinstance(steps, Repeat)
    assert (steps.use, steps.count) == ("step", 3)
    block = done.graph.blocks["step"]
    assert len(block.nodes) == count + (walk is plain)
    assert list(block.inputs) == (["x", "mask"] if walk is plain else ["x"])
    x, mask = torch.randn(2, 3, 5, 7, dtype=torch.float64)
    compare(module, done, {"x": x, "mask": mask}, {"x": x, "mask": mask})


@pytest.mark.parametrize("walk", [kept, uneven, crossed])
def test_other_passes_stay_as_they_are(walk: Any) -> None:
    module = Looped(walk)
    del module.norms
    done = imported(module, inputs=X)
    assert "repeat" not in dumps(done.graph)
    assert done.difference is not None
    x, mask = torch.randn(2, 3, 5, 7, dtype=torch.float64)
    compare(module, done, {"x": x, "mask": mask}, {"x": x, "mask": mask})


def test_passes_that_share_weights_stay_as_they_are() -> None:
    done = imported(Looped(plain, shared=True), inputs=X)
    assert "tie" in dumps(done.graph)
    assert "repeat" not in dumps(done.graph)
    assert done.difference == 0


def test_a_flat_file_that_is_run_has_its_repeats_again() -> None:
    names: dict[str, Any] = {"__name__": "ejected"}
    exec(compile(eject(graph("gpt"), style="flat", params=params("gpt")), "ejected", "exec"), names)
    done = imported(names["build"](), inputs={"tokens": "int batch time"})
    decoder = done.graph.nodes["decoder"]
    assert isinstance(decoder, Repeat)
    assert (decoder.use, decoder.count) == ("decoder_layer", 3)
    assert done.difference == 0
    assert "decoder.0.attend_norm.weight" in done.state_dict
