"""Computing all steps at once is equivalent to a loop over the steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Any

import torch
from torch import Tensor

from zoo.spec import Fusing
from zoo.testing.cases import Case, Outputs, named, seeded
from zoo.testing.checking import NotApplicable, check
from zoo.testing.checks.numbers import gradients_of
from zoo.testing.compare import same
from zoo.testing.subject import Subject

_STEPS = 5


@check
def fused(subject: Subject) -> Iterator[None]:
    """``fused`` gives for all steps at once what a loop gives, whatever the mask, gradients included."""
    fuses = subject.spec.fuses
    if fuses is None:
        raise NotApplicable("it has no fused")
    for case in subject.cases():
        if fuses.unfused is not None and fuses.unfused(case.settings):
            continue
        for masked, reverse in product((False, True), repeat=2):
            here, mask = _walked(case, fuses, masked=masked)
            layer: Any = here.layer
            with seeded(0):
                out, last = layer.fused(**here.given, mask=mask, reverse=reverse)
            at_once = {"steps": out, **named(last)}
            loop = _loop(here, fuses, mask, reverse=reverse)
            title = f"{case}: {'with' if masked else 'without'} a mask{', from the end' if reverse else ''}"
            same(at_once, loop, title)
            yield
            same(gradients_of(here, at_once), gradients_of(here, loop), f"{title}, the")
            yield


def _walked(case: Case, fuses: Fusing, *, masked: bool) -> tuple[Case, Tensor | None]:
    """The case with several steps, and a mask with a hole, an empty row, and NaN in padding."""
    batch = case.sizes["batch"]
    mask = None
    if masked:
        mask = torch.ones(batch, _STEPS, dtype=torch.bool)
        mask[0, 1], mask[-1] = False, False

    def lengthened(name: str, x: Tensor) -> Tensor:
        if name not in fuses.cut:
            return x
        steps = torch.stack([x.roll(step, 0) * (1 - 0.1 * step) for step in range(_STEPS)], 1)
        if mask is None or not x.is_floating_point():
            return steps
        return steps.masked_fill(~mask[(...,) + (None,) * (x.dim() - 1)], float("nan"))

    with seeded(0):
        return case.mapped(lengthened).leaves(), mask


def _loop(case: Case, fuses: Fusing, mask: Tensor | None, *, reverse: bool) -> Outputs:
    """The same by a loop, in which masked steps keep the states."""
    states: dict[str, Any] = {port: case.given[port] for port in fuses.states}
    found: list[Outputs] = []
    outs: list[Tensor] = []
    first = next(iter(case.spec.outputs))
    steps = range(_STEPS)
    for step in reversed(steps) if reverse else steps:
        real = None if mask is None else mask[:, step]
        given = {**case.given, **states, **{port: _cut(case, port, step, real) for port in fuses.cut}}
        new = replace(case, given=given).run()
        outs.append(_chosen(real, new[first], torch.zeros_like(new[first])))
        states = {port: _chosen(real, new[output], states[port]) for port, output in fuses.states.items()}
        found.append(new)
    last = _last(fuses, states, found[-1])
    return {"steps": torch.stack(outs[::-1] if reverse else outs, 1), **last}


def _cut(case: Case, port: str, step: int, real: Tensor | None) -> Tensor:
    steps = case.given[port]
    assert isinstance(steps, Tensor)
    x = steps[:, step]
    return _chosen(real, x, torch.zeros_like(x))


def _chosen(real: Tensor | None, new: Tensor, old: Tensor) -> Tensor:
    return new if real is None else torch.where(real[(...,) + (None,) * (new.dim() - 1)], new, old)


def _last(fuses: Fusing, states: Mapping[str, Tensor], outputs: Outputs) -> Outputs:
    """What ``forward`` returned at the last real step: the states and the other outputs."""
    kept = {output: states[port] for port, output in fuses.states.items()}
    return {name: kept.get(name, x) for name, x in outputs.items()}
