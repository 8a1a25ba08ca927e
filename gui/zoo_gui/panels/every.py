"""All panels, in the order of the menu; those of one side stand as tabs beside each other.

Each is loaded when it is made: the first window does not wait for what stands behind another tab.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from zoo_gui.panels.panel import Panel

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from zoo_gui.window import Window

_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea


def _layers(window: Window) -> QWidget:
    from zoo_gui.panels.palette import Palette

    return Palette(window.workspace, window.editor.settings, window.place, window.theme)


def _inspector(window: Window) -> QWidget:
    from zoo_gui.panels.inspector import Inspector

    return Inspector(window.workspace, window.measures, window.theme)


def _outline(window: Window) -> QWidget:
    from zoo_gui.panels.outline import Outline

    return Outline(window.workspace, window.theme)


def _text(window: Window) -> QWidget:
    from zoo_gui.panels.text.pane import TextPane

    return TextPane(window.workspace, window.theme)


def _problems(window: Window) -> QWidget:
    from zoo_gui.panels.problems import Problems

    return Problems(window.workspace, window.theme)


def _history(window: Window) -> QWidget:
    from zoo_gui.panels.history import History

    return History(window.workspace, window.theme)


def _run(window: Window) -> QWidget:
    from zoo_gui.running.buttons import explain
    from zoo_gui.running.panel import RunPanel

    panel = RunPanel(
        window.workspace, window.editor.settings, window.theme, lambda: window.editor.packs.device
    )
    explain(panel, window.menus)
    return panel


def _map(window: Window) -> QWidget:
    from zoo_gui.canvas import Minimap

    return Minimap(window.canvas)


PANELS = (
    Panel(
        id="layers",
        title="Layers",
        area=_LEFT,
        keys=("Ctrl+L",),
        about="Search the layers of all packs, and place them",
        make=_layers,
    ),
    Panel(
        id="inspector",
        title="Inspector",
        area=_RIGHT,
        keys=("Ctrl+I",),
        about="See and change the settings of what is selected, or of the graph",
        make=_inspector,
    ),
    Panel(
        id="outline",
        title="Outline",
        area=_LEFT,
        keys=("Ctrl+Shift+O",),
        about="See the graph as a tree, and go through it with the arrow keys",
        make=_outline,
    ),
    Panel(
        id="text",
        title="Text",
        area=_RIGHT,
        keys=("Ctrl+T",),
        about="See the file as it will be saved, and write in it: the drawing follows",
        make=_text,
        letters=80,
    ),
    Panel(
        id="problems",
        title="Problems",
        area=_BOTTOM,
        keys=("Ctrl+Shift+M",),
        about="See all problems of the graph, go to each, and fix some with one click",
        make=_problems,
    ),
    Panel(
        id="history",
        title="History",
        area=_BOTTOM,
        keys=("Ctrl+H",),
        about="See every step described, and go back to any of them",
        make=_history,
    ),
    Panel(
        id="run",
        title="Run",
        area=_BOTTOM,
        keys=("Ctrl+R",),
        about="Try and train the graph; let a trained one write, evaluate it, look into it",
        make=_run,
        lines=19,
    ),
    Panel(
        id="map",
        title="Map",
        area=_LEFT,
        keys=("Ctrl+M",),
        about="See the whole drawing in small, and which part of it the canvas shows",
        make=_map,
    ),
)
