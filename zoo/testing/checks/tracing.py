"""Tracing: the layer compiles without graph breaks, and can be exported with dynamic sizes."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from zoo.spec import Port
from zoo.testing.cases import Case
from zoo.testing.checking import slow_check
from zoo.testing.checks.numbers import gradients_of
from zoo.testing.compare import same
from zoo.testing.sizes import SEQUENCES, axes
from zoo.testing.subject import Subject

# Of every axis that may differ from call to call; sizes of 0 and 1 have guards of their own in torch.
_SIZES = dict(zip(("batch", *SEQUENCES), (5, 7, 4, 6, 9, 8), strict=True))
_OTHERS = dict(zip(("batch", *SEQUENCES), (4, 9, 6, 7, 5, 10), strict=True))


@slow_check
def compiles(subject: Subject) -> Iterator[None]:
    """``torch.compile`` takes it in one piece, with fixed and with dynamic sizes, forward and backward."""
    case = subject.plain().leaves()
    plain: dict[str, bool] = {}
    for dynamic, asked in ((False, plain), (True, case.everything)):
        expected = case.run(asked=asked)
        wanted = gradients_of(case, expected)
        torch.compiler.reset()
        whole: Any = torch.compile(case.layer, fullgraph=True, backend="aot_eager", dynamic=dynamic)  # pyright: ignore[reportUnknownMemberType] - torch types it in part
        with _quiet():
            found = case.run(whole, asked=asked)
        title = f"compiled {'with dynamic sizes' if dynamic else 'as it is'}"
        same(found, expected, title)
        yield
        same(gradients_of(case, found), wanted, f"{title}, the", 1e-6)
        yield
    torch.compiler.reset()


@slow_check
def exports(subject: Subject) -> Iterator[None]:
    """``torch.export`` takes it with dynamic batch and sequences, and the result runs at other sizes."""
    case = subject.resized(subject.plain(), fixed=_SIZES) or subject.plain()
    free: Any = tuple(_free(case))
    variadic = any(port.variadic for port in subject.spec.inputs.values())
    with _quiet():
        exported = torch.export.export(
            case.layer, case.positional, dynamic_shapes=(free,) if variadic else free
        )
    same(case.run(exported.module()), case.run(), "exported")
    yield
    for fixed in (_OTHERS, {**_SIZES, "batch": 6}):
        other = subject.resized(case, fixed=fixed)
        if other is not None:
            same(other.run(exported.module()), other.run(case.layer), f"exported, at the sizes {fixed}")
            yield


def _free(case: Case) -> Iterator[dict[int, Any] | None]:
    """For each input, its dynamic axes: batch, sequences, and those of stars."""
    for name, x in case.given.items():
        for part in x if isinstance(x, tuple) else (x,):
            yield part if part is None else _dynamic(case.spec.inputs[name], part)


def _dynamic(port: Port, x: Tensor) -> dict[int, Any]:
    return {
        at: torch.export.Dim.AUTO
        for axis, places in axes(port, x.dim()).items()
        if axis in _SIZES or axis.startswith(("*", "..."))
        for at in places
    }


@contextmanager
def _quiet() -> Generator[None]:
    """Context manager: suppress torch's warnings about its own tracing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
