"""The marked tree of a text: its mappings, lists and scalars, each with its offsets in the text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.files.syntax import Flaw


@dataclass(slots=True)
class Scalar:
    """A word, number or text from ``start`` to ``end``; ``style`` is ``' " | >``, or empty if plain."""

    start: int
    end: int
    text: str
    style: str


@dataclass(slots=True)
class Mapping:
    """``key: value`` entries in order; ``flow`` if written in braces."""

    start: int
    end: int
    flow: bool
    entries: dict[str, tuple[Scalar, Marked]] = field(default_factory=dict[str, tuple[Scalar, "Marked"]])


@dataclass(slots=True)
class Sequence:
    """A list; ``flow`` if written in brackets."""

    start: int
    end: int
    flow: bool
    items: list[Marked] = field(default_factory=list["Marked"])


@dataclass(slots=True)
class Broken:
    """Something already reported, whose content is unknown."""

    start: int
    end: int


Marked: TypeAlias = Scalar | Mapping | Sequence | Broken


@dataclass(slots=True)
class Tree:
    """A composed text: its root (None if nothing could be read) and its YAML errors."""

    root: Marked | None
    flaws: list[Flaw]
