"""Commands of what is seen of the canvas."""

from __future__ import annotations

from zoo_gui.canvas import doing
from zoo_gui.commands.command import Command, has_selection

COMMANDS = (
    Command(
        id="view.fit",
        text="Fit",
        menu="View",
        about="Show the whole body",
        run=lambda window: window.canvas.fit(),
        keys=("Home", "Ctrl+0"),
        rule=True,
    ),
    Command(
        id="view.fit_selection",
        text="Fit selection",
        menu="View",
        about="Show everything that is selected",
        run=lambda window: window.canvas.fit_selection(),
        keys=("Shift+Home",),
        enabled=has_selection,
    ),
    Command(
        id="view.zoom_in",
        text="Zoom in",
        menu="View",
        about="Show less, and larger",
        run=lambda window: window.canvas.zoom_by(1.25),
        keys=("Ctrl++", "Ctrl+="),
    ),
    Command(
        id="view.zoom_out",
        text="Zoom out",
        menu="View",
        about="Show more, and smaller",
        run=lambda window: window.canvas.zoom_by(0.8),
        keys=("Ctrl+-",),
    ),
    Command(
        id="view.zoom_actual",
        text="Actual size",
        menu="View",
        about="Show text at its normal size",
        run=lambda window: window.canvas.zoom_to(1.0),
        keys=("Ctrl+1",),
    ),
    Command(
        id="view.canvas",
        text="Go to the canvas",
        menu="View",
        about="Move the keyboard focus to the canvas",
        run=lambda window: window.canvas.setFocus(),
        keys=("F6",),
        rule=True,
    ),
    Command(
        id="view.enter",
        text="Go inside",
        menu="View",
        about="Show what is inside the selected block, repeat or scan",
        run=lambda window: doing.enter_selected(window.canvas),
        keys=("Alt+Down",),
        enabled=has_selection,
    ),
)
