"""Every layer of ours whose steps do not wait for later ones takes a sequence in pieces."""

import zoo
from zoo.spec import LayerSpec
from zoo.testing.sizes import SEQUENCES

WHOLE = {
    "basic/slice_time": "its steps are counted anew: a step of the result is a later one of the sequence",
}
"""Layers that want a sequence whole, and why."""


def waits(spec: LayerSpec) -> bool:
    """Whether a layer sees later steps, whatever its settings."""
    return bool(spec.ahead) and not callable(spec.ahead)


def runs_along_a_sequence(spec: LayerSpec) -> bool:
    return any(str(axis) in SEQUENCES for port in spec.inputs.values() for axis in port.shape)


def test_every_causal_layer_streams() -> None:
    missing = {
        name
        for name, spec in zoo.registry().layers.items()
        if runs_along_a_sequence(spec) and not (spec.pointwise or spec.streams or waits(spec))
    }
    assert missing == {*WHOLE}
