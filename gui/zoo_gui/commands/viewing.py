"""Commands of the menu View: panels, themes, sizes, the way out of a block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_gui.commands.command import Command
from zoo_gui.panels import PANELS
from zoo_gui.theme import THEMES

if TYPE_CHECKING:
    from zoo_gui.window import Window


def _panel(id: str, title: str, keys: tuple[str, ...], about: str) -> Command:
    return Command(
        id=f"view.panel_{id}",
        text=title,
        menu="View/Panels",
        keys=keys,
        about=about,
        run=lambda window: window.reveal(id),
        checked=lambda window: window.panel_shown(id),
    )


def _theme(name: str) -> Command:
    def chosen(window: Window) -> bool:
        return window.theme.name == name

    return Command(
        id=f"view.theme_{name.lower().replace(' ', '_')}",
        text=name,
        menu="View/Theme",
        about=f"Use the colours of the {name} theme",
        run=lambda window: window.editor.looks.choose_theme(name),
        checked=chosen,
    )


COMMANDS = (
    Command(
        id="view.up",
        text="Go up",
        menu="View",
        keys=("Alt+Up",),
        about="Leave the current block or scan",
        run=lambda window: window.up(),
        enabled=lambda window: bool(window.workspace.scope),
        rule=True,
    ),
    *(_panel(panel.id, panel.title, panel.keys, panel.about) for panel in PANELS),
    *(_theme(name) for name in THEMES),
    Command(
        id="view.theme_system",
        text="Follow the system",
        menu="View/Theme",
        about="Use the light or the dark theme, whichever the system uses",
        run=lambda window: window.editor.looks.choose_theme(""),
        checked=lambda window: not window.editor.settings.choices.theme,
    ),
    Command(
        id="view.larger",
        text="Larger text",
        menu="View",
        keys=("Ctrl+Alt++", "Ctrl+Alt+="),
        about="Make the text of all windows larger",
        run=lambda window: window.editor.looks.resize_text(1),
        rule=True,
    ),
    Command(
        id="view.smaller",
        text="Smaller text",
        menu="View",
        keys=("Ctrl+Alt+-",),
        about="Make the text of all windows smaller",
        run=lambda window: window.editor.looks.resize_text(-1),
    ),
    Command(
        id="view.reset_panels",
        text="Reset panels",
        menu="View",
        about="Put all panels back in their original places",
        run=lambda window: window.docks.place(),
    ),
    Command(
        id="view.full_screen",
        text="Full screen",
        menu="View",
        keys=("F11",),
        about="Enter or leave full screen",
        run=lambda window: window.toggle_full_screen(),
        checked=lambda window: window.isFullScreen(),
    ),
)
