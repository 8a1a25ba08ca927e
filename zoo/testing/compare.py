"""Comparing what a layer gave with what it should have given: equal, or a Fault with numbers."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

from zoo.testing.checking import Fault

CLOSE = 1e-9
"""How near two ways to one result come in float64, absolutely and relatively."""


def same(
    found: Mapping[str, Tensor], expected: Mapping[str, Tensor], what: str, tolerance: float = CLOSE
) -> None:
    """Fail unless both hold the same names with the same numbers; 0 is exact, NaN equals NaN."""
    if found.keys() != expected.keys():
        raise Fault(f"{what}: there is {_names(found)}, and should be {_names(expected)}")
    for name, x in found.items():
        same_tensor(x, expected[name], f"{what}: {name}", tolerance)


def same_tensor(found: Tensor, expected: Tensor, what: str, tolerance: float = CLOSE) -> None:
    """Fail unless shape, dtype kind and numbers agree."""
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
    """Fail where a number is NaN or infinite."""
    for name, x in found.items():
        if x.is_floating_point() and not x.isfinite().all():
            place = first(~x.isfinite())
            raise Fault(f"{what}: {name} is finite everywhere, and {_number(x[place])} at {list(place)}")


def first(x: Tensor) -> tuple[int, ...]:
    """Where the first element is that is true."""
    return tuple(int(at) for at in x.nonzero()[0])


def shape(x: Tensor) -> str:
    """A shape as people write it: ``[3, 5, 7]``."""
    return str(list(x.shape))


def _number(x: Tensor) -> str:
    value = x.item()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _names(found: Mapping[str, Tensor]) -> str:
    return ", ".join(found) or "nothing"
