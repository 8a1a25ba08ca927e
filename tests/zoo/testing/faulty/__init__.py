"""Layers with one fault each, beside the checks that must find it; and sound ones that pass every check."""

from collections.abc import Callable
from typing import TypeVar

from torch import nn

M = TypeVar("M", bound=type[nn.Module])

FAULTS: dict[type[nn.Module], frozenset[str]] = {}
"""Each faulty layer, and all checks that it fails."""

SOUND: list[type[nn.Module]] = []
"""Layers without a fault."""


def fails(*checks: str) -> Callable[[M], M]:
    """Plant a fault: these checks find it, and no others."""

    def plant(cls: M) -> M:
        FAULTS[cls] = frozenset(checks)
        return cls

    return plant


def sound(cls: M) -> M:
    """A layer that passes."""
    SOUND.append(cls)
    return cls
