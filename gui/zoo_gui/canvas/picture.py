"""What a body looks like, as data: boxes with their ports, and the lines between them. No Qt.

A picture is made anew after every change (``zoo_gui.canvas.drawing``); what did not change is the same
object as before, so that the scene touches only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from zoo.graph import Ref
from zoo.problems import Problem
from zoo.wires import End
from zoo_gui.selection import Pick

Look: TypeAlias = Literal["layer", "block", "repeat", "scan", "reuse", "missing", "input", "state", "output"]


@dataclass(frozen=True, slots=True)
class Inlet:
    """Where a wire can end: ``end`` says how the graph names that place, ``port`` how people do.

    ``more`` is the place behind the last wire of a port that takes several.
    """

    end: End
    port: str
    label: str
    wired: bool = False
    optional: bool = False
    more: bool = False
    back: bool = False
    """What a state is in the next step."""
    named: End | None = None
    """The same place with its port spelled out, where ``end`` leaves it out."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """What a wire can read; ``type`` in words, as far as it is known."""

    source: Ref
    label: str
    type: str = ""
    read: bool = False
    on_demand: bool = False


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Box:
    """A node, or something that enters or leaves the body. Boxes are equal when they are one object."""

    pick: Pick
    look: Look
    title: str
    detail: str
    badge: str = ""
    category: str = ""
    inlets: tuple[Inlet, ...] = ()
    outlets: tuple[Outlet, ...] = ()
    problems: tuple[Problem, ...] = ()
    unused: bool = False
    frozen: str = ""
    """What freezes it: its own name, or that of a scan around it."""
    inner: str | None = None
    """The scope that is entered through it."""

    @property
    def small(self) -> bool:
        """Whether one inlet and one outlet are all there is: they need no names then."""
        return len(self.inlets) <= 1 and len(self.outlets) <= 1


@dataclass(frozen=True, slots=True)
class Line:
    """A wire: from an outlet of one box to an inlet of another."""

    end: End
    source: Ref
    start: Pick
    stop: Pick
    label: str = ""
    """What flows through it, in words."""
    problem: Problem | None = None
    back: bool = False
    """It ends in the next step of a scan."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A body as it is drawn. ``problems`` are those of the body itself."""

    boxes: Mapping[Pick, Box] = field(default_factory=dict[Pick, Box])
    lines: Mapping[End, Line] = field(default_factory=dict[End, Line])
    problems: tuple[Problem, ...] = ()
