"""Commands of the menu Run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoo_gui.commands.command import Act, Command

if TYPE_CHECKING:
    from zoo_gui.running.panel import Kind, RunPanel
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


def _start(kind: Kind, room: int = 0) -> Act:
    """Start a kind of run in the panel, which is given room for its results."""

    def act(window: Window) -> None:
        window.reveal("run", raised=True)
        if room:
            window.docks.give_room("run", room)
        _panel(window).start(kind)

    return act


def _idle(window: Window) -> bool:
    return not _runs(window)


COMMANDS = (
    Command(
        id="run.try",
        text="Try on random inputs",
        menu="Run",
        keys=("F5",),
        about="Run the graph forward and backward once, in a process of its own",
        run=_start("trial"),
        enabled=_idle,
    ),
    Command(
        id="run.train",
        text="Train",
        menu="Run",
        keys=("Ctrl+F5",),
        about="Train the graph, as zoo train does, in a process of its own",
        run=_start("train", _ROOM),
        enabled=_idle,
    ),
    Command(
        id="run.continue",
        text="Continue training",
        menu="Run",
        keys=("Ctrl+Shift+F5",),
        about="Continue the chosen run from where it ended, with its graph, for as many steps again",
        run=_start("resume", _ROOM),
        enabled=lambda window: window.docks.made("run") and _panel(window).can_go_on,
    ),
    Command(
        id="run.generate",
        text="Generate",
        menu="Run",
        keys=("F7",),
        about="Have the model of the chosen run continue a prompt, translate sentences or caption pictures",
        run=_start("generate", _ROOM),
        enabled=_idle,
        rule=True,
    ),
    Command(
        id="run.evaluate",
        text="Evaluate",
        menu="Run",
        keys=("F8",),
        about="Measure the chosen run on its validation data, and judge what it writes by BLEU and chrF",
        run=_start("evaluate", _ROOM),
        enabled=_idle,
    ),
    Command(
        id="run.probe",
        text="Probe",
        menu="Run",
        keys=("F9",),
        about="Look into the chosen run, or the graph as drawn: gradients, recurrence, leaks, attention",
        run=_start("probe", _ROOM),
        enabled=_idle,
    ),
    Command(
        id="run.stop",
        text="Stop",
        menu="Run",
        keys=("Shift+F5",),
        about="End the run after the current step, and save it; called again, end it at once",
        run=lambda window: _panel(window).stop(),
        enabled=_runs,
        rule=True,
    ),
)
