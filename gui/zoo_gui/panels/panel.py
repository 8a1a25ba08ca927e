"""What a panel of the window is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from PySide6.QtCore import Qt

from zoo.packs import Registry
from zoo_gui.theme import Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from zoo_gui.window import Window


@runtime_checkable
class Themed(Protocol):
    """What takes colours of its own from the theme."""

    def set_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        ...


@runtime_checkable
class Stocked(Protocol):
    """What shows layers or graphs of packs."""

    def set_registry(self, registry: Registry) -> None:
        """The packs are there, or there anew."""
        ...


@runtime_checkable
class Lasting(Protocol):
    """What has something running beside it, to be ended with the window."""

    def finish(self) -> None:
        """End it."""
        ...


@runtime_checkable
class Guarding(Protocol):
    """What may hold something that a person would miss once the window is closed."""

    def may_close(self) -> bool:
        """Whether the window may close; the person is asked."""
        ...


Maker: TypeAlias = "Callable[[Window], QWidget]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A panel: ``area`` is the side where it stands at first, with others of that side as tabs.

    A side is made ``letters`` wide and ``lines`` high when the panel comes into sight, as far as the window
    has room.
    """

    id: str
    title: str
    area: Qt.DockWidgetArea
    keys: tuple[str, ...]
    about: str
    make: Maker
    letters: int = 0
    lines: int = 0
