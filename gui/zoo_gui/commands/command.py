"""What a command is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from zoo_gui.selection import Pick

if TYPE_CHECKING:
    from zoo_gui.window import Window

Act: TypeAlias = "Callable[[Window], object]"
Condition: TypeAlias = "Callable[[Window], bool]"


def always(_: Window) -> bool:
    """A command that can be called at any time."""
    return True


def has_selection(window: Window) -> bool:
    """A command on what is selected."""
    return bool(window.workspace.selection)


def has_nodes(window: Window) -> bool:
    """A command on the nodes that are selected."""
    return any(isinstance(one, Pick) and one.kind == "node" for one in window.workspace.selection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing that a person can have done.

    ``id`` (``edit.undo``) is what key settings say; it begins with the menu's name in small letters. ``keys``
    are as Qt writes them (``Ctrl+Shift+P``), the first is shown. ``about`` is a sentence without a full stop,
    for the documentation and as a hint. ``enabled`` is asked before every call. ``checked`` makes it a
    switch. ``rule`` draws a line above it in the menu.
    """

    id: str
    text: str
    menu: str
    about: str
    run: Act
    keys: tuple[str, ...] = ()
    enabled: Condition = always
    checked: Condition | None = None
    rule: bool = False
