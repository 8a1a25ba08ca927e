"""Every graph of the library is on CUDA what it is on the CPU, and takes the fast kernels there."""

import pytest
import torch
from torch import Tensor

from tests.graphs import library
from zoo.compiler import CompiledGraph, compile_graph
from zoo_attention.core import explain

DEVICE = "cuda"

pytestmark = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="torch sees no CUDA device here; run these where there is one"
)


def ran(model: CompiledGraph, name: str, device: str) -> dict[str, Tensor]:
    """The outputs and the gradients of every parameter, brought to the CPU."""
    given = {port: x.to(device) for port, x in library.inputs(name).items()}
    found = library.outputs(model.eval()(given))
    floats = [x for x in found.values() if x.is_floating_point()]
    total = torch.stack([(x.sin() * x).sum() for x in floats]).sum()
    parameters = dict(model.named_parameters())
    gradients = torch.autograd.grad(total, [*parameters.values()], materialize_grads=True)
    named = {f"gradient of {key}": x for key, x in zip(parameters, gradients, strict=True)}
    return {key: x.detach().cpu() for key, x in {**found, **named}.items()}


@pytest.mark.parametrize("name", library.GRAPHS)
def test_a_graph_is_the_same_on_cuda(name: str) -> None:
    here = library.model(name)
    there = compile_graph(
        library.graph(name), device=DEVICE, dtype=torch.float64, params=library.params(name)
    )
    there.load_state_dict(here.state_dict())
    expected = ran(here, name, "cpu")
    for key, found in ran(there, name, DEVICE).items():
        torch.testing.assert_close(
            found, expected[key], rtol=1e-7, atol=1e-9, msg=lambda m, k=key: f"{k}: {m}"
        )


@pytest.mark.parametrize("name", library.LANGUAGE_MODELS)
def test_a_language_model_streams_on_cuda(name: str) -> None:
    model = compile_graph(
        library.graph(name), device=DEVICE, dtype=torch.float64, params=library.params(name)
    ).eval()
    tokens = library.inputs(name)["tokens"].to(DEVICE)
    found, stream = model.stream(batch=len(tokens)).feed(tokens[:, :3])
    steps = [library.logits(found)]
    for token in tokens[:, 3:].unbind(1):
        found, stream = stream.step(token)
        steps.append(library.logits(found).unsqueeze(1))
    torch.testing.assert_close(torch.cat(steps, 1), library.logits(model(tokens)), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_attention_takes_a_fast_kernel(dtype: torch.dtype) -> None:
    query = torch.randn(2, 4, 128, 64, device=DEVICE, dtype=dtype)
    assert explain(query, query, query).kernel in ("flash", "cudnn")
