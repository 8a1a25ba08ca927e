"""What a layout is made of, and what it gives."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

GRID = 10
"""Places are multiples of this; so are the distances of ports from the top of their box."""


class Extent(NamedTuple):
    """The size of a box."""

    width: float
    height: float


class Edge(NamedTuple, Generic[K]):
    """A wire from one box to another; the ports are so far below the boxes' tops.

    ``label`` is how wide the words are that stand behind the port where it begins.
    """

    start: K
    start_port: float
    stop: K
    stop_port: float
    label: float = 0.0


class Link(NamedTuple):
    """A stretch of wire between two items, which it meets so far below their tops."""

    start: int
    start_port: float
    stop: int
    stop_port: float
    weight: float


class Passage(NamedTuple):
    """A column that a long wire passes: straight from ``left`` to ``right``, at height ``y``."""

    left: float
    right: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrangement(Generic[K]):
    """Where every box goes (its top left corner), and how the wires run between them.

    ``bends`` says how far every box's wires go straight on before they turn, so that none crosses a label;
    ``passages`` are those of every edge, by its position.
    """

    places: dict[K, tuple[float, float]]
    bends: dict[K, float]
    passages: tuple[tuple[Passage, ...], ...]
