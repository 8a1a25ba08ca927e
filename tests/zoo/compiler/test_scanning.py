"""A walk over steps as torch's ``scan`` takes it, against a loop."""

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor

from zoo.recurrence import scan

pytestmark = [
    pytest.mark.tracing,
    # torch's scan traces its step at every call, and its tracer says so.
    pytest.mark.filterwarnings("ignore:The .grad attribute of a Tensor:UserWarning"),
    pytest.mark.filterwarnings("ignore:`torch.jit.script:DeprecationWarning"),
]

BATCH, STEPS, SOURCE, HIDDEN, ALL = 2, 5, 7, 3, 11


def test_walks_of_other_widths_have_gradients_too() -> None:
    """Sizes that have changed are names to torch, and a difference of names is nothing that it can keep."""
    torch.compiler.reset()
    for width in (3, 5):
        weight = torch.randn(HIDDEN, ALL).double().requires_grad_()
        memory = torch.randn(BATCH, SOURCE, ALL - width).double().requires_grad_()
        x = torch.randn(STEPS, BATCH, width).double()

        def step(
            states: Sequence[Tensor],
            steps: Sequence[Tensor],
            weight: Tensor = weight,
            memory: Tensor = memory,
        ) -> tuple[list[Tensor], list[Tensor]]:
            shares = (memory[..., 0] * states[0][:, :1]).softmax(-1)
            seen = torch.einsum("bs,bsd->bd", shares, memory)
            new = torch.tanh(states[0] + torch.cat([steps[0], seen], 1) @ weight.T)
            return [new], [new]

        h = torch.zeros(BATCH, HIDDEN).double()
        _, (found,) = scan(step, [h], [x])
        expected: list[Tensor] = []
        for each in x.unbind(0):
            (h,), _ = step([h], [each])
            expected.append(h)
        torch.testing.assert_close(found, torch.stack(expected))
        towards = [weight, memory]
        for one, other in zip(
            torch.autograd.grad(found.square().sum(), towards),
            torch.autograd.grad(torch.stack(expected).square().sum(), towards),
            strict=True,
        ):
            torch.testing.assert_close(one, other)
