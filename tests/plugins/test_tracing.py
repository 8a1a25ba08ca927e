"""Every registered layer can be compiled in one piece, and exported for batches of any size."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

import zoo
from tests.plugins.cases import case
from zoo.spec import LayerSpec

pytestmark = pytest.mark.tracing

LAYERS = zoo.registry().layers
every = pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)


def wanted(spec: LayerSpec) -> dict[str, bool]:
    """Flags that ask for everything."""
    return {name: True for name, port in spec.outputs.items() if port.on_demand}


def assert_same(found: dict[str, Tensor], expected: dict[str, Tensor]) -> None:
    assert found.keys() == expected.keys()
    for name, x in expected.items():
        torch.testing.assert_close(found[name], x)


@every
@pytest.mark.parametrize("dynamic", [False, True])
def test_it_compiles_in_one_piece(spec: LayerSpec, dynamic: bool) -> None:
    one = case(spec)
    one.layer.eval()
    torch.compiler.reset()
    whole = torch.compile(fullgraph=True, backend="eager", dynamic=dynamic)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
    compiled = whole(one.layer)
    for flags in ({}, wanted(spec)):
        assert_same(one.moved(lambda x: x, compiled).run(**flags), one.run(**flags))


@every
def test_it_is_exported_for_batches_of_any_size(spec: LayerSpec) -> None:
    one = case(spec)
    one.layer.eval()
    positional: list[Tensor | None] = []
    for x in one.inputs.values():
        positional.extend(x if isinstance(x, list) else [x])
    free = tuple(
        None if x is None else dict.fromkeys(range(x.dim()), torch.export.Dim.AUTO) for x in positional
    )
    variadic = any(port.variadic for port in spec.inputs.values())
    exported = torch.export.export(one.layer, tuple(positional), dynamic_shapes=(free,) if variadic else free)
    doubled = dict(one.inputs)
    for name, x in one.inputs.items():
        first = str(spec.inputs[name].shape[0])
        if x is not None and first not in spec.settings.model_fields:  # a batch, which no setting fixes
            doubled[name] = [torch.cat([y, y]) for y in x] if isinstance(x, list) else torch.cat([x, x])
    bigger = replace(one, inputs=doubled)
    assert_same(bigger.moved(lambda x: x, exported.module()).run(), bigger.run())
