"""Comparing a layer with an oracle: outputs, and the gradients of every input and every parameter.

An oracle is a function of the same inputs that reads the layer's own parameters, so that gradients have one
place to arrive at: a formula, or a module of ``torch.nn`` called with them (``borrowing``).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias, TypeVar

import torch
from torch import Tensor, nn
from torch.func import functional_call

M = TypeVar("M", bound=nn.Module)


Oracle: TypeAlias = (
    Callable[[Tensor], Any]
    | Callable[[Tensor, Tensor], Any]
    | Callable[[Tensor, Tensor, Tensor], Any]
    | Callable[[Tensor, Tensor, Tensor, Tensor, Tensor], Any]
)
"""A function of tensors, so written that the parameters of a lambda have a type."""


def prepared(layer: M) -> M:
    """The layer in float64, with random numbers for every parameter: none hides behind zeros or ones."""
    layer.double()
    for parameter in layer.parameters():
        nn.init.normal_(parameter, std=0.5)
    return layer


def borrowing(module: nn.Module, parameters: Callable[[], dict[str, Tensor]]) -> Callable[..., Any]:
    """``module`` as a function that computes with ``parameters`` in place of its own."""
    module.double()

    def call(*inputs: Any, **flags: Any) -> Any:
        own = parameters()
        assert own.keys() == dict(module.named_parameters()).keys()
        return functional_call(module, own, inputs, flags)

    return call


def real(lengths: Iterable[int], time: int) -> Tensor:
    """The mask of a padded batch: true at the first ``length`` steps of each row."""
    return torch.arange(time) < torch.tensor(list(lengths)).unsqueeze(1)


def assert_agrees(
    layer: nn.Module, oracle: Oracle, *inputs: Any, ours: Oracle | None = None, **flags: Any
) -> None:
    """Fail unless layer and oracle give the same outputs, and gradients, for the same inputs.

    ``ours`` is how the layer is called, if not as it is; ``flags`` go to both.
    """
    theirs: Callable[..., Any] = oracle
    leaves = [x.detach().requires_grad_() if differentiable(x) else x for x in inputs]
    call: Callable[..., Any] = layer if ours is None else ours
    found = tensors(call(*leaves, **flags))
    expected = tensors(theirs(*leaves, **flags))
    assert len(found) == len(expected) > 0
    for mine, other in zip(found, expected, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-9, atol=1e-10)
    towards = [*filter(differentiable, leaves), *layer.parameters()]
    if not towards:
        return
    directions = [torch.randn_like(x) for x in found]
    mine = gradients(found, towards, directions)
    for one, other in zip(mine, gradients(expected, towards, directions), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-10)


def gradients(
    outputs: Sequence[Tensor], towards: Sequence[Tensor], directions: Sequence[Tensor]
) -> tuple[Tensor, ...]:
    """The gradients of ``Σ directions · outputs``; zeros for what the outputs do not depend on."""
    return torch.autograd.grad(outputs, towards, directions, retain_graph=True, materialize_grads=True)


def differentiable(x: Any) -> bool:
    """Whether gradients can arrive at it."""
    return isinstance(x, Tensor) and x.is_floating_point()


def tensors(found: Any) -> list[Tensor]:
    """The outputs that were computed."""
    return [found] if isinstance(found, Tensor) else [x for x in found if x is not None]
