"""Padding: its contents have no effect, and a row without real elements gives zeros."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product

import torch
from torch import Tensor

from zoo.spec import Port
from zoo.testing.cases import Case, Outputs
from zoo.testing.checking import Fault, NotApplicable, check
from zoo.testing.compare import finite, same
from zoo.testing.inputs import is_mask
from zoo.testing.sizes import axes
from zoo.testing.subject import Subject


def masks_of(subject: Subject) -> list[str]:
    """The mask ports of a layer."""
    found = [name for name, port in subject.spec.inputs.items() if is_mask(name, port)]
    if not found:
        raise NotApplicable("no port of bools is called mask or …_mask")
    return found


def spread(mask: Tensor, declared: Port, port: Port, rank: int) -> Tensor | None:
    """The mask broadcast to a tensor of another port; None if that lacks an axis of the mask.

    If an axis occurs twice there, as in pairs, it is true where both elements are real.
    """
    mine, theirs = axes(declared, mask.dim()), axes(port, rank)
    if not mine.keys() <= theirs.keys():
        return None
    choices = [
        [theirs[axis]] if len(mine[axis]) == len(theirs[axis]) else [(at,) for at in theirs[axis]]
        for axis in mine
    ]
    found = torch.ones((), dtype=torch.bool)
    for choice in product(*choices):
        found = found & _laid(mask, [at for places in choice for at in places], rank)
    return found


def _laid(mask: Tensor, target: list[int], rank: int) -> Tensor:
    """The mask with its axes at these positions among ``rank`` axes."""
    order = sorted(range(len(target)), key=target.__getitem__)
    shape = [1] * rank
    for at, size in zip(target, mask.shape, strict=True):
        shape[at] = size
    return mask.permute(order).reshape(shape)


@check
def padding(subject: Subject) -> Iterator[None]:
    """NaN, infinity or numbers where a mask is false change no output at real places, and no gradient."""
    for mask in masks_of(subject):
        for case in subject.cases():
            if mask not in case.wired:
                continue
            if not any(_covered(case, mask, name) is not None for name in case.given if name != mask):
                raise NotApplicable(f"no input has the axes of {mask}")
            expected, wanted = _real(case, mask)
            for junk in (float("nan"), float("inf"), -1e3):
                found, gradients = _real(case.mapped(_spoil(case, mask, junk)), mask)
                same(found, expected, f"{case}: with {junk} where {mask} is false")
                same(gradients, wanted, f"{case}: with {junk} where {mask} is false, the gradient", 1e-7)
                yield


@check
def empty_rows(subject: Subject) -> Iterator[None]:
    """A row without anything real gives finite outputs and gradients; zeros where the masked axis is gone."""
    for mask in masks_of(subject):
        for case in subject.cases():
            if mask not in case.wired:
                continue
            lone = subject.with_wires(case, frozenset(masks_of(subject)) & case.wired) or case
            empty = lone.mapped(lambda name, x, mask=mask: _emptied(x) if name == mask else x).leaves()
            found = empty.run_all()
            finite(found, f"{case}: with an empty row of {mask}")
            gone = {
                name: x[-1]
                for name, x in found.items()
                if _axis_is_gone(case, mask, name) and x.is_floating_point()
            }
            same(
                gone,
                {name: torch.zeros_like(x) for name, x in gone.items()},
                f"{case}: an empty row of {mask}",
            )
            outputs = [x.square().sum() for x in found.values() if x.requires_grad]
            towards = {**empty.floats, **dict(empty.layer.named_parameters())}
            if outputs and towards:
                reached = torch.autograd.grad(outputs, [*towards.values()], materialize_grads=True)
                finite(
                    dict(zip(towards, reached, strict=True)), f"{case}: gradients of an empty row of {mask}"
                )
            yield


def _emptied(mask: Tensor) -> Tensor:
    mask = mask.clone()
    mask[-1] = False
    return mask


def _axis_is_gone(case: Case, mask: str, output: str) -> bool:
    """Whether an output has the batch axis in front, but not the axis of the mask."""
    declared, port = case.spec.inputs[mask], case.spec.outputs[output]
    first, *rest = map(str, declared.shape)
    shape = [str(axis) for axis in port.shape]
    return bool(rest) and shape[:1] == [first] and not {*rest} & {*shape}


def _covered(case: Case, mask: str, name: str) -> Tensor | None:
    """The mask broadcast to the tensor of another port."""
    x, real = case.given[name], case.given[mask]
    if not isinstance(x, Tensor) or not isinstance(real, Tensor):
        return None
    return spread(real, case.spec.inputs[mask], case.spec.inputs[name], x.dim())


def _spoil(case: Case, mask: str, junk: float) -> Callable[[str, Tensor], Tensor]:
    def change(name: str, x: Tensor) -> Tensor:
        real = None if name == mask else _covered(case, mask, name)
        if real is None or x.dtype is torch.bool:
            return x
        return x.masked_fill(~real, junk) if x.is_floating_point() else torch.where(real, x, x.flip(-1))

    return change


def _real(case: Case, mask: str) -> tuple[Outputs, Outputs]:
    """The outputs with zeros at padding, and the gradients of the real elements."""
    case = case.leaves()
    real = case.given[mask]
    if not isinstance(real, Tensor):
        raise Fault(f"{mask} is variadic, and a mask is one tensor")
    found: Outputs = {}
    for name, x in case.run_all().items():
        kept = spread(real, case.spec.inputs[mask], case.spec.outputs[name], x.dim())
        found[name] = x if kept is None else torch.where(kept, x, torch.zeros_like(x))
    outputs = [
        (x * torch.arange(x.numel()).view(x.shape).cos()).sum() for x in found.values() if x.requires_grad
    ]
    towards: Outputs = {**case.floats, **dict(case.layer.named_parameters())}
    if not outputs or not towards:
        return found, {}
    reached = torch.autograd.grad(outputs, [*towards.values()], materialize_grads=True)
    gradients = dict(zip(towards, reached, strict=True))
    for name in case.floats:
        kept = _covered(case, mask, name) if name in case.given else None
        if kept is not None:
            gradients[name] = gradients[name].where(kept, torch.zeros((), dtype=torch.float64))
    return {name: x.detach() for name, x in found.items()}, gradients
