"""All panels, in the order of the menu; those of one side stand as tabs beside each other."""

from __future__ import annotations

from PySide6.QtCore import Qt

from zoo_gui.canvas import Minimap
from zoo_gui.panels.history import History
from zoo_gui.panels.inspector import Inspector
from zoo_gui.panels.outline import Outline
from zoo_gui.panels.palette import Palette
from zoo_gui.panels.panel import Panel
from zoo_gui.panels.problems import Problems
from zoo_gui.panels.text.pane import TextPane
from zoo_gui.running.panel import RunPanel

_LEFT = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM = Qt.DockWidgetArea.BottomDockWidgetArea

PANELS = (
    Panel(
        id="layers",
        title="Layers",
        area=_LEFT,
        keys=("Ctrl+L",),
        about="Search the layers of all packs, and place them",
        make=lambda window: Palette(window.workspace, window.editor.settings, window.place, window.theme),
    ),
    Panel(
        id="inspector",
        title="Inspector",
        area=_RIGHT,
        keys=("Ctrl+I",),
        about="See and change the settings of what is selected, or of the graph",
        make=lambda window: Inspector(window.workspace, window.measures, window.theme),
    ),
    Panel(
        id="outline",
        title="Outline",
        area=_LEFT,
        keys=("Ctrl+Shift+O",),
        about="See the graph as a tree, and go through it with the arrow keys",
        make=lambda window: Outline(window.workspace, window.theme),
    ),
    Panel(
        id="text",
        title="Text",
        area=_RIGHT,
        keys=("Ctrl+T",),
        about="See the file as it will be saved, and write in it: the drawing follows",
        make=lambda window: TextPane(window.workspace, window.theme),
        letters=80,
    ),
    Panel(
        id="problems",
        title="Problems",
        area=_BOTTOM,
        keys=("Ctrl+Shift+M",),
        about="See all that is wrong with the graph, go there, and mend some of it at once",
        make=lambda window: Problems(window.workspace, window.theme),
    ),
    Panel(
        id="history",
        title="History",
        area=_BOTTOM,
        keys=("Ctrl+H",),
        about="See every step in words, and go back to any of them",
        make=lambda window: History(window.workspace, window.theme),
    ),
    Panel(
        id="run",
        title="Run",
        area=_BOTTOM,
        keys=("Ctrl+R",),
        about="Run the graph on random inputs or train it, and watch",
        make=lambda window: RunPanel(
            window.workspace, window.editor.settings, window.theme, lambda: window.editor.packs.device
        ),
    ),
    Panel(
        id="map",
        title="Map",
        area=_LEFT,
        keys=("Ctrl+M",),
        about="See the whole drawing small, and where in it the canvas is",
        make=lambda window: Minimap(window.canvas),
    ),
)
