"""Comparing tensors with expected ones; a difference raises a Fault with numbers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoo.testing.checking import Fault

CLOSE = 1e-9
"""The absolute and relative tolerance between two ways of computing the same result in float64."""


def same(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str, tolerance: float = CLOSE
) -> None:
    """Raise Fault unless both have the same names and values; tolerance 0 is exact, NaN equals NaN."""
    if found.keys() != expected.keys():
        raise Fault(f"{what}: there is {_names(found)}, and should be {_names(expected)}")
    for name, x in found.items():
        same_tensor(x, expected[name], f"{what}: {name}", tolerance)


def same_tensor(found: Tensor, expected: Tensor, what: str, tolerance: float = CLOSE) -> None:
    """Raise Fault unless the shapes and values agree."""
    if found.shape != expected.shape:
        raise Fault(f"{what} has the shape {shape(found)}, expected {shape(expected)}")
    if not found.is_floating_point():
        wrong = found != expected
    else:
        found, expected = found.double(), expected.double()
        near = torch.isclose(found, expected, rtol=tolerance, atol=tolerance, equal_nan=True)
        wrong = ~near
    if wrong.any():
        place = first(wrong)
        raise Fault(
            f"{what} differs in {int(wrong.sum())} of {wrong.numel()} numbers: "
            f"{_number(found[place])} at {list(place)}, expected {_number(expected[place])}"
        )


def finite(found: Mapping[str, Tensor], what: str) -> None:
    """Raise Fault if a value is NaN or infinite."""
    for name, x in found.items():
        if x.is_floating_point() and not x.isfinite().all():
            place = first(~x.isfinite())
            raise Fault(f"{what}: {name} is finite everywhere, and {_number(x[place])} at {list(place)}")


def first(x: Tensor) -> tuple[int, ...]:
    """The index of the first true element."""
    return tuple(int(at) for at in x.nonzero()[0])


def shape(x: Tensor) -> str:
    """A shape as people write it: ``[3, 5, 7]``."""
    return str(list(x.shape))


def _number(x: Tensor) -> str:
    value = x.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _names(found: Mapping[str, Tensor]) -> str:
    return ", ".join(found) or "nothing"
