"""Preparing: what the contract reads of ``prepare``, and what it refuses."""

import re
import sys
from types import ModuleType

import pytest

from zoo.errors import LayerError
from zoo.packs.offers import spec_of
from zoo.spec import LayerSpec

SOUND = '''
from typing import NamedTuple
from jaxtyping import Bool, Float
from torch import Tensor, nn
from zoo.contract import layer

class Memory(NamedTuple):
    keys: Tensor

@layer("lab/ask")
class Ask(nn.Module):
    """Ask."""

    def forward(
        self,
        query: Float[Tensor, "batch dim"],
        keys: Float[Tensor, "batch source dim"],
        mask: Bool[Tensor, "batch source"] | None = None,
        *,
        prepared: Memory | None = None,
    ) -> Float[Tensor, "batch dim"]: ...

    def prepare(
        self,
        keys: Float[Tensor, "batch source dim"],
        mask: Bool[Tensor, "batch source"] | None = None,
    ) -> Memory: ...
'''

SPOILED = {
    "no prepare": (
        "def prepare(",
        "def ready(",
        "forward's keyword-only 'prepared' is what prepare returns, and there is no prepare; write",
    ),
    "static": (
        "def prepare(\n        self,",
        "@staticmethod\n    def prepare(",
        "prepare is an ordinary method, with self, and this is not one; make it one",
    ),
    "unknown port": (
        "prepare(\n        self,\n        keys",
        "prepare(\n        self,\n        kes",
        "prepare's 'kes': forward has no such port (did you mean 'keys'?); rename or remove it",
    ),
    "another type": (
        'prepare(\n        self,\n        keys: Float[Tensor, "batch source dim"]',
        'prepare(\n        self,\n        keys: Float[Tensor, "batch dim"]',
        "prepare's 'keys': it is the port of forward, and has another type; write the type that forward has",
    ),
    "required where forward is not": (
        'mask: Bool[Tensor, "batch source"] | None = None,\n    ) -> Memory',
        'mask: Bool[Tensor, "batch source"],\n    ) -> Memory',
        "prepare's 'mask': it is optional as in forward or required as there; write X | None = None",
    ),
    "no return": (
        ") -> Memory:",
        "):",
        "prepare's return type is what forward takes as 'prepared'; annotate it",
    ),
    "not optional": (
        "prepared: Memory | None = None",
        "prepared: Memory",
        "forward prepares for itself unless it is handed 'prepared'; write prepared: X | None = None",
    ),
    "another type taken": (
        "prepared: Memory | None = None",
        "prepared: int | None = None",
        "forward prepares for itself unless it is handed 'prepared'; write prepared: X | None = None",
    ),
}


def read(text: str) -> LayerSpec:
    module = ModuleType("spoiled_ask")
    sys.modules[module.__name__] = module
    try:
        exec(text, vars(module))
    finally:
        del sys.modules[module.__name__]
    spec = spec_of(module.Ask)
    assert spec is not None
    return spec


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_what_is_prepared_is_told_by_port(future: str) -> None:
    spec = read(future + SOUND)
    assert spec.prepares == ("keys", "mask")
    assert list(spec.inputs) == ["query", "keys", "mask"]


def test_a_method_called_prepare_alone_means_nothing() -> None:
    text = SOUND.replace("        *,\n        prepared: Memory | None = None,\n", "")
    assert text != SOUND
    assert read(text).prepares is None


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(("old", "new", "message"), SPOILED.values(), ids=SPOILED)
def test_what_is_wrong_is_said_with_its_remedy(old: str, new: str, message: str, future: str) -> None:
    assert old in SOUND
    with pytest.raises(LayerError, match=re.escape(f"spoiled_ask.Ask: {message}")):
        read(future + SOUND.replace(old, new))
