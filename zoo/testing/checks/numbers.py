"""Precision and devices: outputs have the model's dtype, and are close to those in float64."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from zoo.testing.cases import Case, Outputs
from zoo.testing.checking import Fault, NotApplicable, check
from zoo.testing.compare import finite, same
from zoo.testing.subject import Subject

ROUGH = {torch.float32: 1e-4, torch.bfloat16: 0.1, torch.float16: 0.02}


@check
def dtypes(subject: Subject) -> Iterator[None]:
    """In float32, bfloat16 and float16, floats come out in the model's dtype and near those of float64."""
    for case in subject.cases():
        for dtype, rough in ROUGH.items():
            low = case.mapped(_to(dtype))
            low.layer.to(dtype)
            found = low.copied().run_all()
            # The same rounded numbers in float64, so that only the layer's own arithmetic is tested.
            low.layer.double()
            exact = low.mapped(_to(torch.float64)).run_all()
            exact = {name: x.detach() for name, x in exact.items()}
            for name, x in found.items():
                if x.is_floating_point() and x.dtype is not dtype:
                    raise Fault(f"{case}: in a model of {dtype}, {name} has the dtype {x.dtype}")
            _near(found, exact, rough, f"{case}: in {dtype}")
            yield


@check
def autocast(subject: Subject) -> Iterator[None]:
    """Under autocast to bfloat16 it runs, stays near, and its gradients are finite."""
    for case in subject.cases():
        case.layer.float()
        single = case.mapped(_to(torch.float32)).leaves()
        exact = single.run_all()
        with torch.autocast("cpu", torch.bfloat16):
            found = single.run_all()
        _near(found, {name: x.detach().double() for name, x in exact.items()}, 0.2, f"{case}: under autocast")
        yield
        if any(x.requires_grad for x in found.values()):
            sum(x.float().square().sum() for x in found.values() if x.requires_grad).backward()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType] - the sum of some tensors is one
            reached = {name: p.grad for name, p in case.layer.named_parameters() if p.grad is not None}
            finite(reached, f"{case}: gradients under autocast")
            yield


@check
def role(subject: Subject) -> Iterator[None]:
    """As a `norm`, scaling up large inputs changes nothing; as a `sum`, it gives the sum of its inputs."""
    said = subject.spec.role
    if said is None:
        raise NotApplicable("it does not say by `role` what it is in a stack of residual layers")
    for case in subject.cases():
        if said == "norm":
            # So large that the eps of the norm is negligible.
            large = case.mapped(lambda _, x: x * 1e6 if x.is_floating_point() else x)
            larger = large.mapped(lambda _, x: x * 4 if x.is_floating_point() else x)
            same(larger.run(), large.run(), f"{case}: of numbers four times as large", 1e-6)
        else:
            total = torch.stack([*case.floats.values()]).sum(0)
            same(case.run(), {"out": total}, f"{case}: beside the sum of what comes in")
        yield


@check
def cuda(subject: Subject) -> Iterator[None]:
    """On CUDA, where there is one, it gives what it gives on the CPU, gradients included."""
    if not torch.cuda.is_available():
        raise NotApplicable("torch sees no CUDA device here")
    for case in subject.cases():
        here = case.leaves()
        expected = here.run_all()
        wanted = gradients_of(here, expected)
        case.layer.to("cuda")
        there = here.mapped(lambda _, x: x.detach().cuda().requires_grad_(x.requires_grad))
        found = there.run_all()
        if any(not x.is_cuda for x in found.values()):
            raise Fault(f"{case}: what is computed on CUDA stays there, and some output does not")
        same({name: x.cpu() for name, x in found.items()}, expected, f"{case}: on CUDA", 1e-6)
        yield
        same(
            {name: x.cpu() for name, x in gradients_of(there, found).items()},
            wanted,
            f"{case}: on CUDA",
            1e-5,
        )
        yield


def gradients_of(case: Case, found: Outputs) -> Outputs:
    """The gradients of the sum of squares of all outputs with respect to inputs and parameters."""
    towards = {**case.floats, **dict(case.layer.named_parameters())}
    outputs = [x.square().sum() for x in found.values() if x.requires_grad]
    if not outputs or not towards:
        return {}
    gradients = torch.autograd.grad(outputs, [*towards.values()], materialize_grads=True)
    return dict(zip((f"gradient of {name}" for name in towards), gradients, strict=True))


def _to(dtype: torch.dtype) -> Callable[[str, Tensor], Tensor]:
    def change(_: str, x: Tensor) -> Tensor:
        return x.to(dtype) if x.is_floating_point() else x

    return change


def _near(found: Outputs, exact: Outputs, rough: float, what: str) -> None:
    """Raise Fault if a number differs from the exact one by more than a fraction of the largest."""
    for name, x in found.items():
        if not x.is_floating_point():
            continue
        scale = max(1.0, float(exact[name].abs().max()) if x.numel() else 1.0)
        worst = float((x.detach().double() - exact[name]).abs().max()) if x.numel() else 0.0
        if not worst <= rough * scale:
            raise Fault(f"{what}, {name} is off by {worst:.3g} where the largest number is {scale:.3g}")
