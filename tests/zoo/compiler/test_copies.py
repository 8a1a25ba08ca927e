"""Copies of models: deepcopy, pickle and torch.save keep all that a model holds, though no file has its
classes.
"""

from __future__ import annotations

import copy
import gc
import io
import linecache
import pickle
import subprocess
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from tests.zoo.compiler import helpers
from zoo.compiler import CompiledGraph


def by_torch(model: nn.Module) -> Any:
    file = io.BytesIO()
    torch.save(model, file)
    file.seek(0)
    return torch.load(file, weights_only=False)


def by_pickle(model: nn.Module) -> Any:
    return pickle.loads(pickle.dumps(model))


COPIERS: list[Callable[[nn.Module], Any]] = [copy.deepcopy, by_pickle, by_torch]


def doubled(module: nn.Module, args: tuple[Any, ...], output: Tensor) -> Tensor:
    """A forward hook."""
    return output * 2


@pytest.fixture
def model() -> CompiledGraph:
    return helpers.library("transformer").compile(**helpers.PRIMES["transformer"])


@pytest.mark.parametrize("copied", COPIERS)
def test_a_copy_has_everything_that_the_model_has(
    model: CompiledGraph, copied: Callable[[nn.Module], Any]
) -> None:
    model.eval()
    model.get_submodule("encoder.1").requires_grad_(False)
    model.get_submodule("memory").register_forward_hook(doubled)
    inputs = helpers.batch("transformer")
    twin = copied(model)
    assert isinstance(twin, CompiledGraph)
    assert twin.graph == model.graph
    assert twin.source == model.source
    assert not twin.training
    for ours, theirs in zip(model.parameters(), twin.parameters(), strict=True):
        assert ours is not theirs
        assert ours.equal(theirs)
        assert ours.requires_grad == theirs.requires_grad
    assert twin(*inputs).equal(model(*inputs))
    with torch.no_grad():
        model.get_parameter("embed.weight").zero_()
    assert twin.get_parameter("embed.weight").any()


@pytest.mark.parametrize("copied", COPIERS)
def test_a_module_of_a_model_is_copied_alone(
    model: CompiledGraph, copied: Callable[[nn.Module], Any]
) -> None:
    layer = model.get_submodule("encoder.0")
    twin = copied(layer)
    x = torch.randn(2, 3, 10)
    assert type(twin).__name__ == "EncoderLayer"
    assert twin(x).equal(layer(x))


def test_modules_that_two_models_share_are_shared_in_their_copy(model: CompiledGraph) -> None:
    both = nn.ModuleList([model, model.get_submodule("encoder")])
    twin = by_pickle(both)
    assert twin[1] is twin[0].encoder


def test_outputs_are_copied_too() -> None:
    model = helpers.library("seq2seq_additive").compile(**helpers.PRIMES["seq2seq_additive"])
    out = model(*helpers.batch("seq2seq_additive"))
    detached = type(out)(*(tensor.detach() for tensor in out))
    for copied in COPIERS:
        twin = copied(detached)
        assert twin._fields == ("logits", "alignment")
        assert twin.alignment.equal(out.alignment)


def test_params_are_kept(model: CompiledGraph) -> None:
    twin = by_pickle(model)
    assert len(twin.encoder) == helpers.PRIMES["transformer"]["layers"]
    assert "vocab: int = 23" in twin.source


def test_a_pickle_opens_in_another_process(model: CompiledGraph, tmp_path: Path) -> None:
    inputs = helpers.batch("transformer")
    torch.save({"model": model.eval(), "inputs": inputs, "expected": model(*inputs)}, tmp_path / "it.pt")
    code = (
        "import sys, torch; found = torch.load(sys.argv[1], weights_only=False);"
        "print(found['model'](*found['inputs']).equal(found['expected']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "it.pt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "True"


def test_weights_alone_are_an_ordinary_state_dict(model: CompiledGraph, tmp_path: Path) -> None:
    torch.save(model.state_dict(), tmp_path / "weights.pt")
    other = helpers.library("transformer").compile(**helpers.PRIMES["transformer"], seed=1)
    other.load_state_dict(torch.load(tmp_path / "weights.pt", weights_only=True))
    inputs = helpers.batch("transformer")
    assert other.eval()(*inputs).equal(model.eval()(*inputs))


class Derived(nn.Module):
    """A class that somebody derives from a generated one, made below."""


def test_a_class_derived_from_a_generated_one_is_pickled_as_its_own(model: CompiledGraph) -> None:
    derived = type("Derived", (type(model),), {"__module__": __name__})
    globals()["Derived"] = derived
    twin = copy.deepcopy(derived())
    assert type(twin) is derived


def test_nothing_is_left_behind_by_a_model_that_goes() -> None:
    model = helpers.library("gpt").compile(**helpers.PRIMES["gpt"])
    gone = weakref.ref(type(model))
    filename = type(model).forward.__code__.co_filename
    assert linecache.getline(filename, 1) == model.source.splitlines(keepends=True)[0]
    del model
    gc.collect()
    assert gone() is None
    assert filename not in linecache.cache
