"""Past and future: which steps a step of an output may depend on, and which it does depend on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import product

import torch
from torch import Tensor

from zoo.testing.cases import Case
from zoo.testing.checking import Fault, NotApplicable, check
from zoo.testing.compare import same
from zoo.testing.sizes import SEQUENCES, axes
from zoo.testing.subject import Subject

_LENGTHS = (7, 5, 3)  # some may be too long for tables of positions
_EXACT = 1e-12  # of numbers near 1: a sum over more or other zeros may be ordered otherwise


def sequences(subject: Subject) -> list[str]:
    """The sequence axes of the layer's inputs."""
    declared = {str(axis) for port in subject.spec.inputs.values() for axis in port.shape}
    return [axis for axis in SEQUENCES if axis in declared]


def running(case: Case, output: str) -> str | None:
    """The first sequence axis of an output."""
    shape = [str(axis) for axis in case.spec.outputs[output].shape]
    return next((axis for axis in shape if axis in SEQUENCES), None)


def level(subject: Subject, case: Case, *lengths: int) -> Case | None:
    """The case with all sequences of the same length, and with causal attention patterns.

    The length is the first of ``lengths`` that the layer accepts.
    """
    for length in lengths or _LENGTHS:
        here = subject.resized(case, fixed=dict.fromkeys(sequences(subject), length))
        if here is not None:
            return here.mapped(lambda name, x: _past_only(case, name, x))
    return None


def _past_only(case: Case, name: str, x: Tensor) -> Tensor:
    names = [str(axis) for axis in case.spec.inputs[name].shape]
    both = x.dtype is torch.bool and len(names) > 1 and {*names[-2:]} <= {*SEQUENCES}
    return x.tril() if both else x


@check
def causality(subject: Subject) -> Iterator[None]:
    """A later step changes no earlier output, except along the axes of ``sees_ahead``; there, some does."""
    names = sequences(subject)
    if not names:
        raise NotApplicable("no input has an axis " + ", ".join(SEQUENCES))
    if not any(str(axis) in SEQUENCES for port in subject.spec.outputs.values() for axis in port.shape):
        raise NotApplicable("no output has such an axis; the hints say that it depends on all of it")
    for case in subject.cases():
        here = level(subject, case)
        if here is None:
            continue
        ahead = subject.spec.sees_ahead(here.settings, here.wired)
        kept = {
            str(axis) for port in subject.spec.outputs.values() for axis in port.shape if not port.on_demand
        }
        hidden = names if callable(subject.spec.ahead) else [axis for axis in names if axis in kept]
        seen = False
        last = here.sizes[names[0]] - 2
        for step, training in (*product(range(last + 1), [False]), (last // 2, True)):
            here.layer.train(training)
            was = _until(here, here.run(), step)
            past = _until(here, here.mapped(_later(here, {*hidden} - ahead, step)).run(), step)
            same(past, was, f"{case}: with other steps after {step}, of the steps until then", _EXACT)
            yield
            other = _until(here, here.mapped(_later(here, ahead, step)).run(), step)
            seen |= any(not x.equal(was[name]) for name, x in other.items())
        if ahead and not seen and not any(port.dtype == "int" for port in subject.spec.inputs.values()):
            raise Fault(f"{case}: it says that it sees ahead along {', '.join(sorted(ahead))}, and does not")


@check
def receptive_field(subject: Subject) -> Iterator[None]:
    """A step depends on exactly as many steps, its own the last, as ``receptive_field`` says."""
    if not any(subject.promise("receptive_field", case) for case in subject.cases()):
        raise NotApplicable("it does not say by `receptive_field` how far a step sees")
    for case in subject.cases():
        field = subject.promise("receptive_field", case)
        if field is None:
            continue
        here = level(subject, case, field + 2)
        if here is None:
            continue
        here = here.mapped(lambda _, x: torch.ones_like(x) if x.dtype is torch.bool else x).leaves()
        for name, x in here.run().items():
            axis = running(here, name)
            for step in range(field + 2) if axis else ():
                along = axes(here.spec.outputs[name], x.dim())[axis or ""][0]
                reached = _reached(here, axis or "", x.select(along, step))
                wanted = {*range(max(0, step - field + 1), step + 1)}
                if reached != wanted:
                    said = f"step {step} of {name} depends on the {field} steps {_told(wanted)}"
                    raise Fault(f"{case}: {said}, and it is {_told(reached)}")
                yield


def _reached(case: Case, axis: str, x: Tensor) -> set[int]:
    """The steps of the inputs, along an axis, that ``x`` depends on by gradients."""
    steps: set[int] = set()
    total = (x * torch.randn(x.shape)).sum()
    for name, given in case.floats.items():
        at = axes(case.spec.inputs[name.partition(".")[0]], given.dim()).get(axis)
        if at is not None:
            (found,) = torch.autograd.grad(total, given, retain_graph=True, materialize_grads=True)
            sizes = found.abs().movedim(at[0], 0).flatten(1).sum(1)
            steps |= {int(step) for step in sizes.nonzero()}
    return steps


def _told(steps: set[int]) -> str:
    return ", ".join(map(str, sorted(steps))) or "none"


def _later(case: Case, names: Collection[str], step: int) -> Callable[[str, Tensor], Tensor]:
    """Replace the contents after ``step`` along some axes."""

    def change(port: str, x: Tensor) -> Tensor:
        x = x.clone()
        found = axes(case.spec.inputs[port], x.dim())
        for axis in names:
            if axis in found:
                later = x.narrow(found[axis][0], step + 1, x.shape[found[axis][0]] - step - 1)
                if x.is_floating_point():
                    later.mul_(-3).add_(1)
                elif x.dtype is torch.bool:
                    later.logical_not_()
                else:
                    later.copy_(later.flip(0) if later.shape[0] > 1 else later)
        both = [found[axis][0] for axis in found if axis in SEQUENCES]
        return x.tril() if x.dtype is torch.bool and len(both) > 1 else x

    return change


def _until(case: Case, found: dict[str, Tensor], step: int) -> dict[str, Tensor]:
    """The outputs up to a step of their first sequence axis."""
    past: dict[str, Tensor] = {}
    for name, x in found.items():
        axis = running(case, name)
        if axis is not None:
            past[name] = x.narrow(axes(case.spec.outputs[name], x.dim())[axis][0], 0, step + 1)
    return past
