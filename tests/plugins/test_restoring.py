"""Settings and weights are all that a layer needs: built without memory, it is itself once they are there."""

import pytest
import torch

import zoo
from tests.plugins.cases import case
from zoo.compiler.tables import tables
from zoo.spec import LayerSpec

LAYERS = zoo.registry().layers


@pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)
def test_a_layer_of_the_meta_device_is_itself_once_its_weights_are_loaded(spec: LayerSpec) -> None:
    one = case(spec)
    one.layer.eval()
    with torch.device("meta"):
        late = spec.cls(**one.settings).double().eval()
    late.to_empty(device="cpu")
    for tensor in [*late.parameters(), *late.buffers()]:
        tensor.detach().fill_(
            torch.nan if tensor.is_floating_point() else 97
        )  # what memory holds is anything
    late.load_state_dict(one.layer.state_dict())
    for name, table in tables(spec.cls(**one.settings).double()).items():  # as a compiled model computes them
        late.get_buffer(name).copy_(table)
    expected = one.run()
    for name, x in one.moved(lambda x: x, late).run().items():
        assert torch.equal(x, expected[name])
