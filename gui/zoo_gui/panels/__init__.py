"""The panels around the canvas. Each looks at a workspace and reports what a person does to it.

    panel.py       what a panel is, for the window
    palette.py     the layers, to be placed
    inspector.py   the selection or the graph, as a form: form.py, settings_form.py, values.py, help.py,
                   node_page.py, body_page.py
    outline.py     the graph as a tree
    problems.py    what is wrong, and fixes.py, what can be done about it at once
    history.py     the steps
    text/          the file as text, live both ways
    measuring.py   costs, measured beside the window
    status.py      the status bar

No panel knows another.
"""

from zoo_gui.panels.every import PANELS
from zoo_gui.panels.panel import Panel

__all__ = ["PANELS", "Panel"]
