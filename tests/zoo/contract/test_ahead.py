"""What a layer says of seeing later steps, as a spec has it, and what the contract refuses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from jaxtyping import Float
from torch import Tensor, nn

import zoo
from zoo.errors import LayerError
from zoo.spec import LayerSpec


class Walk(nn.Module):
    """Any layer over time."""

    def __init__(self, both: bool = False) -> None:
        super().__init__()

    def forward(self, x: Float[Tensor, "batch time dim"]) -> Float[Tensor, "batch time dim"]:
        return x


def spec(said: Any) -> LayerSpec:
    """The spec of a layer that says so."""
    members = {} if said is None else {"sees_ahead": said}
    cls = type("Walker", (Walk,), {"__doc__": "Any layer over time.", **members})
    return vars(zoo.layer("test/walker")(cls))["__zoo_spec__"]


def both(settings: Mapping[str, Any], wired: Collection[str]) -> tuple[str, ...]:
    return ("time",) if settings["both"] and "x" in wired else ()


def test_a_layer_that_says_nothing_sees_nothing_ahead() -> None:
    assert spec(None).sees_ahead({"both": True}, ["x"]) == frozenset()


def test_axes_that_hold_for_all_settings() -> None:
    assert spec(("time",)).sees_ahead({"both": False}, []) == {"time"}


def test_a_rule_is_asked_with_settings_and_wires() -> None:
    found = spec(staticmethod(both))
    assert found.sees_ahead({"both": True}, ["x"]) == {"time"}
    assert not found.sees_ahead({"both": False}, ["x"])
    assert not found.sees_ahead({"both": True}, [])


def blind(settings: Mapping[str, Any]) -> tuple[str, ...]:
    return ()


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (("tme",), "sees_ahead names 'tme', which is no axis of an input (did you mean 'time'?); name one"),
        ("time", "sees_ahead names axes of inputs; write sees_ahead"),
        (True, "sees_ahead names axes of inputs; write sees_ahead"),
        (both, "sees_ahead names axes of inputs; write sees_ahead"),
        (staticmethod(blind), "sees_ahead names axes by settings and the names of wired ports"),
    ],
)
def test_what_is_no_such_word_is_refused(said: Any, message: str) -> None:
    with pytest.raises(LayerError) as caught:
        spec(said)
    assert message in str(caught.value)
    assert "Walker" in str(caught.value)
