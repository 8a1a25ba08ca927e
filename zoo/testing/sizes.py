"""How long every axis of a layer is: distinct primes, by which a transposed axis shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo.sizes import Size, evaluate
from zoo.spec import Port, Star, Wild

SEQUENCES = ("time", "source", "target", "query", "key")
"""The axes of the glossary along which a sequence runs."""


@dataclass(frozen=True)
class Assignment:
    """Which sizes are taken, in this order: by axes (``free``), by settings (``widths``, ``counts``).

    Where the layer refuses a width, because heads do not divide it, say, a ``round`` one is tried; instead of
    a count, a ``spare`` one; and where it wants widths that are no settings to agree, all of them are
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
    """Sizes by the name of the axis, a star's as a tuple under its name with the asterisk.

    What is a setting has its value; any other new name takes the next size that no setting has.
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
        """The next size of an axis that has none."""
        return next(self._free) if self.assignment.only is None else self.assignment.only

    def shape(self, port: Port) -> tuple[int, ...]:
        """The shape that a port's pattern stands for."""
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
    """Every axis of a port as written, with its places in a tensor of ``rank`` axes; a star has
    several, and so has an axis that stands twice.
    """
    found: dict[str, tuple[int, ...]] = {}
    at = 0
    for axis in port.shape:
        width = rank - len(port.shape) + 1 if isinstance(axis, Star) else 1
        found[str(axis)] = (*found.get(str(axis), ()), *range(at, at + width))
        at += width
    return found
