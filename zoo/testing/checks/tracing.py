"""Tracing: the layer compiles in one piece, and is exported for sizes that are known later."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch

from zoo.testing.checking import slow_check
from zoo.testing.checks.numbers import gradients_of
from zoo.testing.compare import same
from zoo.testing.subject import Subject


@slow_check
def compiles(subject: Subject) -> Iterator[None]:
    """``torch.compile`` takes it in one piece, with fixed and with dynamic sizes, forward and backward."""
    case = subject.plain().leaves()
    expected = case.run_all()
    for dynamic in (False, True):
        torch.compiler.reset()
        whole: Any = torch.compile(case.layer, fullgraph=True, backend="aot_eager", dynamic=dynamic)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        found = case.run_all(whole)
        title = f"compiled {'with dynamic sizes' if dynamic else 'as it is'}"
        same(found, expected, title)
        yield
        same(gradients_of(case, found), gradients_of(case, expected), f"{title}, the", 1e-6)
        yield
    torch.compiler.reset()


@slow_check
def exports(subject: Subject) -> Iterator[None]:
    """``torch.export`` takes it with every size dynamic, and what it gives runs at other sizes."""
    case = subject.plain()
    free = tuple(
        None if x is None else dict.fromkeys(range(x.dim()), torch.export.Dim.AUTO) for x in case.positional
    )
    variadic = any(port.variadic for port in subject.spec.inputs.values())
    exported = torch.export.export(case.layer, case.positional, dynamic_shapes=(free,) if variadic else free)
    same(case.run(exported.module()), case.run(), "exported")
    yield
    for change in ({"free": (4, 6, 9, 8, 12, 14, 15)}, {"fixed": {"batch": 6}}):
        other = subject.resized(case, **change)
        if other is not None:
            same(other.run(exported.module()), other.run(case.layer), "exported, at other sizes")
            yield
