"""Fusing: what the contract reads of ``fused``, and what it refuses."""

import re
import sys
from types import ModuleType

import pytest

from zoo.errors import LayerError
from zoo.packs.offers import spec_of
from zoo.spec import Fusing

SOUND = '''
from collections.abc import Mapping
from typing import Any, NamedTuple
from jaxtyping import Bool, Float
from torch import Tensor, nn
from zoo.contract import layer

class State(NamedTuple):
    h: Float[Tensor, "batch hidden"]
    c: Float[Tensor, "batch hidden"]

@layer("lab/cell")
class Cell(nn.Module):
    """A cell."""

    def forward(
        self, x: Float[Tensor, "batch dim"], h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
    ) -> State: ...

    @staticmethod
    def unfused(settings: Mapping[str, Any]) -> str: ...

    def fused(
        self,
        x: Float[Tensor, "batch time dim"],
        h: Float[Tensor, "batch hidden"],
        c: Float[Tensor, "batch hidden"],
        mask: Bool[Tensor, "batch time"] | None = None,
        *,
        reverse: bool = False,
    ) -> tuple[Float[Tensor, "batch time hidden"], State]: ...
'''

SPOILED = {
    "rule without a way": (
        "def fused(",
        "def fast(",
        "unfused says why not, and there is no fused; write fused",
    ),
    "a port missing": (
        'hidden"],\n        c: Float[Tensor, "batch hidden"],\n        mask',
        'hidden"],\n        mask',
        "then mask and reverse; forward has x, h, c, and fused x, h",
    ),
    "no steps": (
        'x: Float[Tensor, "batch time dim"]',
        'x: Float[Tensor, "batch dim"]',
        "fused's 'x' is neither a port of forward with the axis time behind batch, nor a state",
    ),
    "no mask": (
        'mask: Bool[Tensor, "batch time"] | None = None',
        'mask: Bool[Tensor, "batch time"]',
        "fused is told which steps are there; write mask",
    ),
    "no direction": (
        "reverse: bool = False",
        "reverse: bool",
        "fused is told from where to walk; write *, reverse",
    ),
    "one result": (
        'tuple[Float[Tensor, "batch time hidden"], State]',
        'Float[Tensor, "batch time hidden"]',
        "fused returns the first output of forward at every step",
    ),
    "other last states": (
        'time hidden"], State]',
        'time hidden"], Float[Tensor, "batch hidden"]]',
        "fused returns the first output of forward at every step",
    ),
    "a rule of the instance": (
        "    @staticmethod\n    def unfused(",
        "    def unfused(self, ",
        "unfused says why not by the settings; write @staticmethod",
    ),
    "no tensor": (
        'h: Float[Tensor, "batch hidden"],\n        c: Float[Tensor, "batch hidden"],\n        mask',
        'h: int,\n        c: Float[Tensor, "batch hidden"],\n        mask',
        "fused's 'h': a port is a tensor with named axes",
    ),
}


def read(source: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Fusing | None:
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(source, module.__dict__)
    spec = spec_of(module.__dict__["Cell"])
    assert spec is not None
    return spec.fuses


def test_it_knows_steps_and_states(monkeypatch: pytest.MonkeyPatch) -> None:
    found = read(SOUND, "lab_cell", monkeypatch)
    assert found is not None
    assert (found.cut, found.states) == (("x",), {"h": "h", "c": "c"})
    assert found.unfused is not None


def test_a_cell_need_not_have_it(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = SOUND[: SOUND.index("    @staticmethod")]
    assert read(plain, "lab_plain", monkeypatch) is None


@pytest.mark.parametrize("spoiled", SPOILED)
def test_what_is_wrong_is_said(spoiled: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new, message = SPOILED[spoiled]
    assert old in SOUND
    with pytest.raises(LayerError, match=re.escape(message)):
        read(SOUND.replace(old, new), "lab_spoiled", monkeypatch)
