"""Gradients exist, and are those of the computed function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.gradcheck import GradcheckError
from torch.func import functional_call

from zoo.testing.cases import Case, named
from zoo.testing.checking import Fault, NotApplicable, check
from zoo.testing.compare import finite
from zoo.testing.subject import Subject


@check
def gradients(subject: Subject) -> Iterator[None]:
    """In training, finite gradients reach every parameter, and every input whose numbers count."""
    for plain in subject.cases():
        case = plain.leaves()
        case.layer.train()
        towards = {**case.floats, **dict(case.layer.named_parameters())}
        if not towards:
            raise NotApplicable("it has no parameters, and no float comes in")
        for name, parameter in case.layer.named_parameters():
            if not parameter.requires_grad:
                raise Fault(f"{case}: the parameter {name} does not require gradients; make it a buffer")
        outputs = [x.square().sum() for x in case.run_all().values() if x.is_floating_point()]
        outputs = [x for x in outputs if x.requires_grad]
        found: tuple[Tensor | None, ...] = (None,) * len(towards)
        if outputs:
            found = torch.autograd.grad(outputs, [*towards.values()], allow_unused=True)
        reached = {name: x for name, x in zip(towards, found, strict=True) if x is not None}
        finite(reached, f"{case}: the gradient")
        for name in dict(case.layer.named_parameters()).keys() - reached.keys():
            raise Fault(f"{case}: no gradient reaches {name}")
        for name in case.floats.keys() - reached.keys():
            if _counts(case, name):
                raise Fault(
                    f"{case}: what comes by {name} changes what comes out, and no gradient reaches it"
                )
        yield


def _counts(case: Case, name: str) -> bool:
    """Whether the values of an input affect float outputs; of some inputs, only the shape matters."""
    before = case.run_all()
    other = case.mapped(lambda port, x: x.detach() * -2 + 1 if port == name.partition(".")[0] else x)
    return any(x.is_floating_point() and not x.equal(before[key]) for key, x in other.run_all().items())


@check
def gradcheck(subject: Subject) -> Iterator[None]:
    """In float64 the gradients agree with finite differences."""
    compared = False
    for case in subject.cases():
        floats, parameters = case.floats, dict(case.layer.named_parameters())
        if not floats and not parameters:
            raise NotApplicable("it has no parameters, and no float comes in")
        inputs, names = list(case.leaves().floats.values()), [*parameters]
        leaves = [*inputs, *(x.detach().clone().requires_grad_() for x in parameters.values())]

        def call(*xs: Tensor, case: Case = case, count: int = len(inputs), names: list[str] = names) -> Any:
            come = iter(xs[:count])
            moved = case.mapped(lambda _, x: next(come) if x.is_floating_point() else x)
            own = dict(zip(names, xs[count:], strict=True))
            found = functional_call(case.layer, own, moved.positional, case.everything)
            return tuple(x for x in named(found).values() if x.requires_grad)

        if not call(*leaves):
            continue
        try:
            torch.autograd.gradcheck(call, leaves, fast_mode=True, atol=1e-4, rtol=1e-3)
        except GradcheckError as error:
            first = " ".join(str(error).split("\n\n")[0].split())
            raise Fault(f"{case}: {first[:300]}") from None
        compared = True
        yield
    if not compared:
        raise NotApplicable("no output has gradients, which the check 'gradients' judges")
