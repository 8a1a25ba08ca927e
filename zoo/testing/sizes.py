"""Sizes for the axes of a layer: distinct primes, which reveal transposed axes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.sizes import Size, evaluate
from zoo.spec import Port, Star, Wild

SEQUENCES = ("time", "source", "target", "query", "key")
"""The sequence axes of the glossary."""


@dataclass(frozen=True)
class Assignment:
    """The sizes to use, in order, for axes (``free``) and for settings (``widths``, ``counts``).

    If the layer refuses a width, for example because heads do not divide it, a ``round`` one is tried;
    instead of a count, a ``spare`` one. If it requires widths that are not settings to agree, all of them are
    ``level``.
    """

    free: tuple[int, ...]
    widths: tuple[int, ...]
    counts: tuple[int, ...]
    round: tuple[int, ...] = (12, 24, 16, 60, 6, 4, 2)
    spare: tuple[int, ...] = (31, 2, 4, 1)
    star: int = 2
    level: int | None = None
    only: int | None = None
    fixed: Mapping[str, int] = field(default_factory=dict[str, int])


FIRST = Assignment((3, 5, 2, 11, 13, 17, 19, 23), (7, 11, 13, 17, 19, 23), (3, 2, 5, 7, 11))
SECOND = Assignment(
    (2, 7, 5, 3, 17, 19, 23, 29),
    (5, 13, 11, 19, 17, 29),
    (2, 3, 7, 5, 13),
    round=(20, 24, 40, 60, 16, 30, 8, 4, 2),
    spare=(37, 3, 4, 1),
)


class Sizes(dict[str, Any]):
    """Sizes by axis name; those of a star are a tuple under its name with the asterisk.

    An axis that is a setting has the setting's value; any other new name takes the next size that no setting
    has.
    """

    def __init__(self, assignment: Assignment, settings: Mapping[str, Any]) -> None:
        super().__init__({name: int(value) for name, value in settings.items() if isinstance(value, int)})
        taken = {*self.values()}
        self.update(assignment.fixed)
        self.own = frozenset(settings)
        self.assignment = assignment
        self._free = (size for size in assignment.free if size not in taken)

    def __missing__(self, name: str) -> Any:
        if name.startswith("*"):
            self[name] = tuple(self.next() for _ in range(self.assignment.star))
        else:
            level = None if name in ("batch", *SEQUENCES) else self.assignment.level
            self[name] = level or self.next()
        return self[name]

    def next(self) -> int:
        """The next unused size."""
        return next(self._free) if self.assignment.only is None else self.assignment.only

    def shape(self, port: Port) -> tuple[int, ...]:
        """The shape for a port's pattern."""
        found: list[int] = []
        for axis in port.shape:
            if isinstance(axis, Star):
                found.extend(self[str(axis)])
            elif isinstance(axis, Wild):
                found.append(self.next())
            else:
                size: Size = evaluate(axis, self.__getitem__)
                assert isinstance(size, int)  # every name has a number
                found.append(size)
        return tuple(found)


def axes(port: Port, rank: int) -> dict[str, tuple[int, ...]]:
    """The positions of every axis of a port, as written, in a tensor with ``rank`` axes.

    A star may have several positions, and so has an axis that occurs twice.
    """
    found: dict[str, tuple[int, ...]] = {}
    at = 0
    for axis in port.shape:
        width = rank - len(port.shape) + 1 if isinstance(axis, Star) else 1
        found[str(axis)] = (*found.get(str(axis), ()), *range(at, at + width))
        at += width
    return found
