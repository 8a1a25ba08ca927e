"""Every registered layer keeps its word: its hints hold on real tensors, and it behaves as a module should.

The layers are taken from the registry, so that a new one is examined without being entered anywhere.
"""

import copy
import itertools
import pickle
from dataclasses import replace

import pytest
import torch
from torch import Tensor

import zoo
from tests.plugins.cases import SETTINGS, Case, case, variants
from zoo.spec import LayerSpec
from zoo.values import EMPTY

LAYERS = zoo.registry().layers
DTYPES = {"float": torch.float64, "int": torch.int64, "bool": torch.bool}

STOPPING = {"basic/detach"}
"""Layers that let no gradient back, which is what they are for."""

every = pytest.mark.parametrize("spec", LAYERS.values(), ids=LAYERS)


def test_there_are_layers_to_examine() -> None:
    assert len(LAYERS) >= 30
    assert not zoo.registry().broken
    assert SETTINGS.keys() <= LAYERS.keys()


@every
def test_the_help_says_what_it_is_and_explains_what_is_optional(spec: LayerSpec) -> None:
    assert len(spec.summary) > 20
    assert spec.summary.endswith((".", ":"))
    assert not [
        name for name, port in spec.inputs.items() if port.optional and f"``{name}``" not in spec.help
    ]


@every
def test_widths_are_left_to_the_wires(spec: LayerSpec) -> None:
    axes = {str(axis) for port in spec.inputs.values() if not port.optional for axis in port.shape}
    solved = spec.widths & axes  # what only an optional port has may need a default
    assert not [name for name in solved if not spec.settings.model_fields[name].is_required()]


@every
def test_hints_are_true(spec: LayerSpec) -> None:
    wanted = [name for name, port in spec.outputs.items() if port.on_demand]
    for one in variants(spec):
        for asked in itertools.product([False, True], repeat=len(wanted)):
            flags = dict(zip(wanted, asked, strict=True))
            found = one.run(**flags)
            assert found.keys() == {name for name in spec.outputs if flags.get(name, True)}
            ruled = spec.rule(one.settings, one.shapes) if spec.rule else EMPTY
            for name, x in found.items():
                port = spec.outputs[name]
                assert x.dtype is DTYPES[port.dtype]
                assert tuple(x.shape) == (ruled.get(name) or one.sizes.shape(port))


@every
def test_what_is_computed_is_the_same_whether_more_is_asked_for_or_not(spec: LayerSpec) -> None:
    one = case(spec)
    one.layer.eval()
    most = one.run(**{name: True for name, port in spec.outputs.items() if port.on_demand})
    for name, x in one.run().items():
        torch.testing.assert_close(x, most[name])


def counts(one: Case, name: str) -> bool:
    """Whether an output changes with the numbers of an input; of some only the shape is looked at."""
    x = one.inputs[name]
    if x is None:
        return False
    other = [torch.randn_like(part) for part in x] if isinstance(x, list) else torch.randn_like(x)
    one.layer.eval()
    before, after = one.run(), replace(one, inputs={**one.inputs, name: other}).run()
    one.layer.train()
    return any(not torch.equal(x, after[key]) for key, x in before.items())


@every
def test_gradients_reach_every_parameter_and_every_input_that_counts(spec: LayerSpec) -> None:
    one = case(spec)
    counting = {name for name, port in spec.inputs.items() if port.dtype == "float" and counts(one, name)}
    one = one.moved(lambda x: x.requires_grad_() if x.is_floating_point() else x)
    parts = [
        part
        for name, x in one.inputs.items()
        if x is not None and name in counting
        for part in (x if isinstance(x, list) else [x])
    ]
    towards = [*parts, *one.layer.parameters()]
    if not towards or spec.id in STOPPING:
        return
    outputs = [x.square().sum() for x in one.run().values()]
    found = torch.autograd.grad(outputs, towards)  # raises for one that is not reached
    assert all(x.isfinite().all() for x in found)


@every
@pytest.mark.parametrize(
    ("dtype", "rough"), [(torch.float32, 1e-4), (torch.bfloat16, 0.2), (torch.float16, 0.02)], ids=str
)
def test_precision_follows_the_model(spec: LayerSpec, dtype: torch.dtype, rough: float) -> None:
    one = case(spec)
    one.layer.eval()
    exact = one.run()
    moved = one.moved(lambda x: x.to(dtype) if x.is_floating_point() else x, one.layer.to(dtype))
    for name, x in moved.run().items():
        assert x.dtype is (dtype if exact[name].is_floating_point() else exact[name].dtype)
        torch.testing.assert_close(x.to(exact[name].dtype), exact[name], rtol=rough, atol=rough)


@every
def test_autocast_stays_near_and_trains(spec: LayerSpec) -> None:
    one = case(spec)
    one = one.moved(lambda x: x.float() if x.is_floating_point() else x, one.layer.eval().float())
    exact = one.run()
    with torch.autocast("cpu", torch.bfloat16):
        found = one.run()
    for name, x in found.items():
        torch.testing.assert_close(x.to(exact[name].dtype), exact[name], rtol=0.1, atol=0.1)
    if parameters := list(one.layer.parameters()):
        total = sum(x.float().square().sum() for x in found.values())
        assert isinstance(total, Tensor)
        assert all(x.isfinite().all() for x in torch.autograd.grad(total, parameters))


@every
def test_a_layer_is_copied_pickled_saved_and_loaded(spec: LayerSpec) -> None:
    one = case(spec)
    one.layer.eval()
    again = spec.cls(**one.settings).double().eval()
    again.load_state_dict(one.layer.state_dict())
    before = one.run()
    for other in (copy.deepcopy(one.layer), pickle.loads(pickle.dumps(one.layer)), again):
        after = one.moved(lambda x: x, other).run()
        assert all(torch.equal(x, after[name]) for name, x in before.items())


@every
def test_the_seed_alone_decides_how_a_layer_starts(spec: LayerSpec) -> None:
    settings = case(spec).settings
    states: list[dict[str, Tensor]] = []
    for seed in (1, 1, 2):
        torch.default_generator.manual_seed(seed)
        states.append(spec.cls(**settings).state_dict())
    one, same, other = states
    assert all(torch.equal(x, same[name]) for name, x in one.items())
    weights = [name for name, x in one.items() if x.dim() > 1]
    assert not any(torch.equal(one[name], other[name]) for name in weights)


@every
def test_shapes_are_right_without_memory(spec: LayerSpec) -> None:
    one = case(spec)
    with torch.device("meta"):
        bare = spec.cls(**one.settings).double()
    found = one.moved(lambda x: x.to("meta"), bare).run()
    assert {name: x.shape for name, x in found.items()} == {name: x.shape for name, x in one.run().items()}


@pytest.mark.parametrize(
    "spec", [spec for spec in LAYERS.values() if spec.pointwise], ids=lambda spec: spec.id
)
def test_a_pointwise_layer_treats_each_place_for_itself(spec: LayerSpec) -> None:
    one = case(spec)
    one.layer.eval()
    whole = one.run()
    (star,) = {port.star for port in spec.inputs.values()}
    for place in itertools.product(*map(range, one.sizes[f"*{star}"])):
        for name, x in one.moved(lambda x, place=place: x[place]).run().items():
            torch.testing.assert_close(x, whole[name][place])
