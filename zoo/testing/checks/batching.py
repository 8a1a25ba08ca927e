"""Rows of a batch are independent of each other and of padding; some axes have no order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from zoo.spec import Port
from zoo.testing.cases import Case, Outputs
from zoo.testing.checking import NotApplicable, check
from zoo.testing.checks.masks import masks_of
from zoo.testing.checks.order import level, sequences
from zoo.testing.compare import same
from zoo.testing.sizes import axes
from zoo.testing.subject import Subject

Change = Callable[[Tensor, int], Tensor]
"""A function applied to a tensor along one of its axes."""


def narrowed(start: int, length: int) -> Change:
    """The part of ``length`` from ``start`` on."""
    return lambda x, at: x.narrow(at, start, length)


def permuted(order: Tensor) -> Change:
    """The elements in another order."""
    return lambda x, at: x.index_select(at, order)


def along(case: Case, axis: str, change: Change) -> Case:
    """The case with every input that has ``axis`` changed along it."""

    def each(name: str, x: Tensor) -> Tensor:
        for at in axes(case.spec.inputs[name], x.dim()).get(axis, ()):
            x = change(x, at)
        return x

    return case.mapped(each)


def with_axis(case: Case, found: Outputs, axis: str, change: Change) -> Outputs:
    """The outputs that have ``axis``, changed along it."""
    kept: Outputs = {}
    for name, x in found.items():
        places = axes(case.spec.outputs[name], x.dim()).get(axis, ())
        changed = x
        for at in places:
            changed = change(changed, at)
        if places:
            kept[name] = changed
    return kept


@check
def batching(subject: Subject) -> Iterator[None]:
    """A row alone gives what it gives in a batch."""
    if not any(_has(port, "batch") for port in subject.spec.inputs.values()):
        raise NotApplicable("no input has the axis batch")
    if not any(_has(port, "batch") for port in subject.spec.outputs.values()):
        raise NotApplicable("no output has the axis batch")
    for case in subject.cases():
        whole = case.run_all()
        for row in range(case.sizes["batch"]):
            one = narrowed(row, 1)
            found = along(case, "batch", one).run_all()
            expected = with_axis(case, whole, "batch", one)
            same({name: found[name] for name in expected}, expected, f"{case}: row {row} alone")
            yield


@check
def padded_batches(subject: Subject) -> Iterator[None]:
    """A row without padding gives what it gives with padding in a batch."""
    for mask in masks_of(subject):
        names = [str(axis) for axis in subject.spec.inputs[mask].shape]
        if len(names) != 2 or names[0] != "batch":
            raise NotApplicable(f"{mask} is no mask of batch and steps")
        for found in subject.cases():
            case = found
            # In a causal layer that aligns several sequences, all are shortened together.
            cuts = sequences(subject)
            if len(cuts) > 1 and not subject.spec.sees_ahead(case.settings, case.wired):
                case = level(subject, case) or case
            else:
                cuts = names[1:]
            real = case.given[mask]
            if not isinstance(real, Tensor):
                continue
            whole = case.run_all()
            for row, length in enumerate(real.sum(1)):
                one, cut = narrowed(row, 1), narrowed(0, int(length))
                alone = along(case, "batch", one)
                expected = with_axis(case, whole, "batch", one)
                for axis in cuts:
                    alone = along(alone, axis, cut)
                    expected |= with_axis(case, expected, axis, cut)
                shorter = alone.run_all()
                same(
                    {name: shorter[name] for name in expected}, expected, f"{case}: row {row} without padding"
                )
                yield


@check
def permutation(subject: Subject) -> Iterator[None]:
    """Along the axes of ``unordered``, permuting the inputs permutes the outputs."""
    if not any(subject.promise("unordered", case) for case in subject.cases()):
        raise NotApplicable("it does not say by `unordered` that an axis has no order")
    for case in subject.cases():
        for axis in subject.promise("unordered", case):
            places = torch.arange(case.sizes[axis])
            for order in (places.flip(0), places.roll(1)):
                permute = permuted(order)
                expected = case.run_all()
                expected |= with_axis(case, expected, axis, permute)
                found = along(case, axis, permute).run_all()
                same(found, expected, f"{case}: with {axis} permuted")
                yield


def _has(port: Port, axis: str) -> bool:
    return axis in axes(port, len(port.shape))
