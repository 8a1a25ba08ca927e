"""All panels, in the order of the menu; those of one side stand as tabs beside each other."""

from __future__ import annotations

from PySide6.QtCore import Qt

from zoo_gui.panels.inspector import Inspector
from zoo_gui.panels.palette import Palette
from zoo_gui.panels.panel import Panel

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
)
