"""Streaming: what the contract reads of ``initial_state`` and ``step``, what it refuses, and states."""

import re
import sys
from types import ModuleType
from typing import NamedTuple

import pytest
import torch
from torch import Tensor

from zoo.errors import LayerError
from zoo.packs.offers import spec_of
from zoo.spec import LayerSpec
from zoo.streaming import moved, reordered

SOUND = '''
from typing import NamedTuple
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from zoo.contract import layer
from zoo.fields import Positive

class Out(NamedTuple):
    out: Float[Tensor, "batch time dim"]
    weights: Float[Tensor, "batch time source"] | None

class Past(NamedTuple):
    seen: int
    keys: Float[Tensor, "batch source dim"]
    h: Float[Tensor, "batch dim"] | None

@layer("lab/stream")
class Stream(nn.Module):
    """Pieces."""

    def __init__(self, dim: Positive) -> None:
        super().__init__()

    def forward(
        self,
        x: Float[Tensor, "batch time dim"],
        keys: Float[Tensor, "batch source dim"],
        bias: Float[Tensor, "batch dim"] | None = None,
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        weights: bool = False,
    ) -> Out: ...

    def initial_state(
        self,
        batch: int,
        device: torch.device,
        dtype: torch.dtype,
        keys: Float[Tensor, "batch source dim"],
        bias: Float[Tensor, "batch dim"] | None = None,
    ) -> Past: ...

    def step(
        self,
        x: Float[Tensor, "batch time dim"],
        state: Past,
        mask: Bool[Tensor, "batch time"] | None = None,
        bias: Float[Tensor, "batch dim"] | None = None,
        *,
        weights: bool = False,
    ) -> tuple[Out, Past]: ...
'''

STEP_X = 'step(\n        self,\n        x: Float[Tensor, "batch time dim"],'
SPOILED = {
    "no step": (
        "def step(",
        "def steps(",
        (
            "a layer streams by initial_state and step together, and it has initial_state alone; write "
            "step, or rename initial_state"
        ),
    ),
    "no start": (
        "def initial_state(",
        "def start(",
        "a layer streams by initial_state and step together, and it has step alone; write initial_state",
    ),
    "static": (
        "def step(\n        self,",
        "@staticmethod\n    def step(",
        "step is an ordinary method, with self, and this is not one; make it one",
    ),
    "variadic": (
        'bias: Float[Tensor, "batch dim"] | None = None,\n    ) -> Past',
        "*bias: int,\n    ) -> Past",
        "initial_state is called by keyword, and 'bias' cannot be; name its ports one by one",
    ),
    "no device": (
        "device: torch.device,",
        "device: str,",
        (
            "initial_state is told device: torch.device; write initial_state(self, batch: int, device: "
            "torch.device, dtype: torch.dtype, …)"
        ),
    ),
    "no batch": ("batch: int,", "", "initial_state is told batch: int; write"),
    "no state": (
        "state: Past,",
        "",
        "step takes the state before the piece, and has no parameter 'state'; add it",
    ),
    "unknown port": (
        "state: Past,\n        mask:",
        "state: Past,\n        msk:",
        "step's 'msk': forward has no such port (did you mean 'mask'?); rename or remove it",
    ),
    "another type": (
        STEP_X,
        'step(\n        self,\n        x: Float[Tensor, "batch dim"],',
        "step's 'x': it is the port of forward, and has another type; write the type that forward has",
    ),
    "port left out": (
        'state: Past,\n        mask: Bool[Tensor, "batch time"] | None = None,',
        "state: Past,",
        (
            "step does not take the port 'mask' of forward; add it to step, or to initial_state if it is "
            "the same for the whole stream"
        ),
    ),
    "required where forward is not": (
        'state: Past,\n        mask: Bool[Tensor, "batch time"] | None = None,',
        'state: Past,\n        mask: Bool[Tensor, "batch time"],',
        "step's 'mask': it is optional as in forward or required as there; write X | None = None",
    ),
    "required in both": (
        STEP_X,
        STEP_X + '\n        keys: Float[Tensor, "batch source dim"],',
        "initial_state's 'keys': it may come in pieces or whole; write X | None = None",
    ),
    "nobody asks": (
        "*,\n        weights: bool = False,\n    ) -> tuple",
        ") -> tuple",
        "step gives the outputs of forward, and nothing asks for 'weights'; give step *, weights",
    ),
    "no return": (
        ") -> Past:",
        "):",
        "initial_state's return type is the state, and there is none; annotate it",
    ),
    "no next state": (
        "-> tuple[Out, Past]",
        "-> Out",
        "step returns what forward returns and the next state; write -> tuple[Out, Past]",
    ),
    "another state": (
        "state: Past,",
        "state: Out,",
        "step takes the state that initial_state returns; write state: Past",
    ),
    "batch behind": (
        'h: Float[Tensor, "batch dim"]',
        'h: Float[Tensor, "dim batch"]',
        "Past.h has no axis batch in front, by which a search reorders it; put it there",
    ),
    "state of anything": (
        "seen: int",
        "seen: list[int]",
        "Past.seen is list[int]; a state is a tensor with the batch first, an int, None, or a NamedTuple",
    ),
}


def read(text: str) -> LayerSpec:
    module = ModuleType("spoiled_stream")
    sys.modules[module.__name__] = module
    try:
        exec(text, vars(module))
    finally:
        del sys.modules[module.__name__]
    spec = spec_of(module.Stream)
    assert spec is not None
    return spec


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
def test_ports_come_in_pieces_or_whole(future: str) -> None:
    spec = read(future + SOUND)
    assert spec.streams
    assert spec.pieces == {"x", "mask", "bias"}
    assert spec.whole == {"keys", "bias"}


def test_a_layer_without_the_methods_does_not_stream() -> None:
    spec = read(SOUND.partition("    def initial_state")[0])
    assert (spec.streams, spec.pieces, spec.whole) == (False, frozenset(), frozenset())


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(("old", "new", "message"), SPOILED.values(), ids=SPOILED)
def test_what_is_wrong_is_said_with_its_remedy(old: str, new: str, message: str, future: str) -> None:
    assert old in SOUND
    with pytest.raises(LayerError, match=re.escape(f"spoiled_stream.Stream: {message}")):
        read(future + SOUND.replace(old, new, 1))


class Inner(NamedTuple):
    h: Tensor
    before: Tensor | None


class Outer(NamedTuple):
    inner: Inner
    seen: int


def test_a_state_is_reordered_and_moved_without_knowing_the_layer() -> None:
    h = torch.arange(6.0).reshape(3, 2)
    state = Outer(Inner(h, None), 7)
    chosen = reordered(state, torch.tensor([2, 2, 0]))
    assert torch.equal(chosen.inner.h, h[[2, 2, 0]])
    assert (chosen.inner.before, chosen.seen) == (None, 7)
    assert moved(state, "meta").inner.h.is_meta
    assert not state.inner.h.is_meta


GROWING = '''
import torch
from jaxtyping import Float
from torch import Tensor, nn
from zoo.contract import layer

@layer("lab/growing")
class Growing(nn.Module):
    """A number for every pair."""

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "time time"]: ...

    def initial_state(self, batch: int, device: torch.device, dtype: torch.dtype) -> int: ...

    def step(
        self, x: Float[Tensor, "batch time dim"], state: int
    ) -> tuple[Float[Tensor, "time seen"], int]: ...
'''


def test_an_output_may_grow_with_the_past() -> None:
    module = ModuleType("growing")
    sys.modules["growing"] = module
    exec(GROWING, module.__dict__)
    spec = spec_of(module.Growing)
    assert spec is not None
    assert spec.streams
    with pytest.raises(LayerError, match="step returns what forward returns"):
        exec(GROWING.replace("time seen", "time past"), module.__dict__)
    del sys.modules["growing"]
