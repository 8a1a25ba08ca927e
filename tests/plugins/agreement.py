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


def frozen(layer: M, part: str) -> M:
    """The layer, whose parameters with this in their name learn nothing, for an oracle that has none."""
    for name, parameter in layer.named_parameters():
        parameter.requires_grad_(part not in name)
    return layer


def without(layer: nn.Module, part: str) -> dict[str, Tensor]:
    """The parameters of a layer, but those with this in their name."""
    return {name: parameter for name, parameter in layer.named_parameters() if part not in name}


def real(lengths: Iterable[int], time: int) -> Tensor:
    """The mask of a padded batch: true at the first ``length`` steps of each row."""
    return torch.arange(time) < torch.tensor(list(lengths)).unsqueeze(1)


def assert_agrees(
    layer: nn.Module,
    oracle: Oracle,
    *inputs: Any,
    ours: Oracle | None = None,
    within: float = 1e-10,
    **flags: Any,
) -> None:
    """Fail unless layer and oracle give the same outputs, and gradients, for the same inputs.

    The gradients of all inputs and all parameters that learn are compared.

    ``ours`` is how the layer is called, if not as it is; ``within`` what part of the largest number may be
    wrong; ``flags`` go to both.
    """
    theirs: Callable[..., Any] = oracle
    leaves = [x.detach().requires_grad_() if differentiable(x) else x for x in inputs]
    call: Callable[..., Any] = layer if ours is None else ours
    found = tensors(call(*leaves, **flags))
    expected = tensors(theirs(*leaves, **flags))
    assert len(found) == len(expected) > 0
    for mine, other in zip(found, expected, strict=True):
        close(mine, other, within)
    learning = (parameter for parameter in layer.parameters() if parameter.requires_grad)
    towards = [*filter(differentiable, leaves), *learning]
    if not towards:
        return
    directions = [torch.randn_like(x) for x in found]
    mine = gradients(found, towards, directions)
    for one, other in zip(mine, gradients(expected, towards, directions), strict=True):
        close(one, other, within)


def close(found: Tensor, expected: Tensor, within: float) -> None:
    """Fail where a number is wrong by more than a part of the largest, or of one."""
    largest = float(expected.detach().abs().max()) if expected.numel() else 0.0
    torch.testing.assert_close(found, expected, rtol=0, atol=within * max(1.0, largest))


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
