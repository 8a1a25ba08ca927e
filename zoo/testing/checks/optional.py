"""Optional inputs may be absent, and requesting more outputs does not change the others."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import torch

from zoo.testing.checking import NotApplicable, check
from zoo.testing.checks.hints import hold
from zoo.testing.checks.numbers import gradients_of
from zoo.testing.compare import same
from zoo.testing.inputs import is_mask
from zoo.testing.subject import Subject

_MOST = 4  # with more optional inputs, not every subset is tried


@check
def optional_inputs(subject: Subject) -> Iterator[None]:
    """It runs without any choice of its optional inputs, and its hints still hold."""
    optional = [name for name, port in subject.spec.inputs.items() if port.optional]
    if not optional:
        raise NotApplicable("no input is optional")
    sizes = range(len(optional) + 1) if len(optional) <= _MOST else (0, 1, len(optional) - 1)
    for case in subject.cases():
        for size in sizes:
            for wired in combinations(optional, size):
                some = subject.with_wires(case, frozenset(wired))
                if some is not None:
                    hold(some, some.run_all(), some.everything)
                    yield


@check
def outputs_on_demand(subject: Subject) -> Iterator[None]:
    """The other outputs are the same whether an output on demand is asked for or not."""
    if not any(port.on_demand for port in subject.spec.outputs.values()):
        raise NotApplicable("no output is computed on demand")
    for case in subject.cases():
        most = case.run_all()
        for wanted in ({}, *({name: True} for name in case.everything)):
            found = case.run(asked=wanted)
            asked = f"asked for {', '.join(wanted) or 'nothing more'}"
            same(found, {name: most[name] for name in found}, f"{case}: {asked}")
            yield


@check
def preparation(subject: Subject) -> Iterator[None]:
    """With or without what ``prepare`` made before a loop, it is the same function, gradients included."""
    ports = subject.spec.prepares
    if ports is None:
        raise NotApplicable("it has no prepare")
    for plain in subject.cases():
        case = plain.leaves()
        layer: Any = case.layer
        prepared = layer.prepare(**{name: case.given[name] for name in ports})
        found = case.run(asked={**case.everything, "prepared": prepared})
        expected = case.run_all()
        same(found, expected, f"{case}: prepared")
        yield
        same(gradients_of(case, found), gradients_of(case, expected), f"{case}: prepared, the")
        yield


@check
def full_mask(subject: Subject) -> Iterator[None]:
    """A mask that is true everywhere is no mask: true means real."""
    masks = [name for name, port in subject.spec.inputs.items() if is_mask(name, port) and port.optional]
    if not masks:
        raise NotApplicable("it has no optional mask")
    for case in subject.cases():
        for mask in masks:
            if mask not in case.wired:
                continue
            without = subject.with_wires(case, case.wired - {mask})
            if without is None:
                continue
            full = case.mapped(lambda name, x, mask=mask: torch.ones_like(x) if name == mask else x)
            rest = full.mapped(lambda name, x, mask=mask: None if name == mask else x)
            same(full.run_all(), rest.run_all(), f"{case}: with a full {mask}")
            yield
