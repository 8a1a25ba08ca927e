"""Every registered layer sits the examination: each is taken from the registry, and entered nowhere."""

import pytest
import torch

import zoo
from zoo.spec import LayerSpec
from zoo.testing import check_layer
from zoo.testing.sizes import SEQUENCES
from zoo.testing.subject import Subject

LAYERS = zoo.registry().layers

every = pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)


def test_there_are_layers_to_examine() -> None:
    assert len(LAYERS) >= 60
    assert not zoo.registry().broken


@every
def test_a_layer_does_what_it_says(spec: LayerSpec) -> None:
    check_layer(spec, slow=False).raise_if_failed()


@pytest.mark.tracing
@every
def test_a_layer_is_compiled_exported_and_imported_without_qt(spec: LayerSpec) -> None:
    check_layer(spec, slow=True).raise_if_failed()


@pytest.mark.skipif(
    not torch.cuda.is_available(), reason="torch sees no CUDA device here; run these where there is one"
)
@every
def test_a_layer_is_the_same_on_cuda(spec: LayerSpec) -> None:
    check_layer(spec, only=["cuda"]).raise_if_failed()


@every
def test_widths_are_left_to_the_wires(spec: LayerSpec) -> None:
    axes = {str(axis) for port in spec.inputs.values() if not port.optional for axis in port.shape}
    solved = spec.widths & axes  # what only an optional port has may need a default
    assert not [name for name in solved if not spec.settings.model_fields[name].is_required()]


def streamable(spec: LayerSpec) -> bool:
    """Whether a layer gives a sequence, and with some settings no step of it depends on later ones."""
    gives = {str(axis) for port in spec.outputs.values() if not port.on_demand for axis in port.shape}
    causal = [case for case in Subject(spec).cases() if not spec.sees_ahead(case.settings, case.wired)]
    return bool(gives & {*SEQUENCES}) and not spec.pointwise and bool(causal)


def test_every_causal_layer_streams() -> None:
    assert not [name for name, spec in LAYERS.items() if not spec.streams and streamable(spec)]
