"""Commands of the menu Run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_gui.commands.command import Command

if TYPE_CHECKING:
    from zoo_gui.running.panel import RunPanel
    from zoo_gui.window import Window

_ROOM = 280
"""Pixels in which curves can be read."""


def _panel(window: Window) -> RunPanel:
    from zoo_gui.running.panel import RunPanel

    panel = window.panel("run")
    assert isinstance(panel, RunPanel)
    return panel


def _runs(window: Window) -> bool:
    """Whether something runs; without the panel nothing does, and asking does not make it."""
    return window.docks.made("run") and _panel(window).job.running


def _try(window: Window) -> None:
    window.reveal("run", raised=True)
    _panel(window).start("trial")


def _train(window: Window) -> None:
    window.reveal("run", raised=True)
    window.docks.give_room("run", _ROOM)
    _panel(window).start("train")


def _go_on(window: Window) -> None:
    window.reveal("run", raised=True)
    window.docks.give_room("run", _ROOM)
    _panel(window).go_on()


COMMANDS = (
    Command(
        id="run.try",
        text="Try on random inputs",
        menu="Run",
        keys=("F5",),
        about="Run the graph forward and backward once, in a process of its own",
        run=_try,
        enabled=lambda window: not _runs(window),
    ),
    Command(
        id="run.train",
        text="Train",
        menu="Run",
        keys=("Ctrl+F5",),
        about="Train the graph, as zoo train does, in a process of its own",
        run=_train,
        enabled=lambda window: not _runs(window),
    ),
    Command(
        id="run.continue",
        text="Continue training",
        menu="Run",
        keys=("Ctrl+Shift+F5",),
        about="Continue the last training run from where it ended, with its graph, for as many steps again",
        run=_go_on,
        enabled=lambda window: window.docks.made("run") and _panel(window).can_go_on,
    ),
    Command(
        id="run.stop",
        text="Stop",
        menu="Run",
        keys=("Shift+F5",),
        about="End the run after the current step, and save it; called again, end it at once",
        run=lambda window: _panel(window).stop(),
        enabled=_runs,
    ),
)
