"""The marked tree of a text: its mappings, lists and words, each with the characters it came from."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from zoo.files.syntax import Flaw


@dataclass(slots=True)
class Scalar:
    """A word, number or text: ``start`` to ``end`` of the file, what it says, and its quotes: ``' " | >``
    or none.
    """

    start: int
    end: int
    text: str
    style: str


@dataclass(slots=True)
class Mapping:
    """``key: value`` entries in order; ``flow`` when written in braces."""

    start: int
    end: int
    flow: bool
    entries: dict[str, tuple[Scalar, Marked]] = field(default_factory=dict[str, tuple[Scalar, "Marked"]])


@dataclass(slots=True)
class Sequence:
    """A list; ``flow`` when written in brackets."""

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
    """A composed text: its root (None when there is nothing that could be read) and what is wrong with it
    as YAML.
    """

    root: Marked | None
    flaws: list[Flaw]
