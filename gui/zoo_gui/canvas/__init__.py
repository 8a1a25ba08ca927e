"""The canvas: the drawing of one body of a graph, and the gestures that change it.

picture.py says what is drawn, as data; drawing.py and lines.py make it from graph and resolution (knowing.py,
ports.py, words.py). placing.py says where boxes stand; scene.py holds an item for each (box_item.py,
wire_item.py, with marks.py), laying.py lays the wires, overview.py is for afar, plate.py for words above it
all. The widget is pane.py (what is in sight), body_view.py (what is drawn) and view.py (mouse and keys). What
a press begins stands in gestures/, what is done in doing.py, what goes by the clipboard in carrying.py, what
is made in adding.py, making.py and quick_add.py, edits of wires in wiring.py, wire_list.py and adapters.py;
the commands for all of it in commands/.
"""

from zoo_gui.canvas.minimap import Minimap
from zoo_gui.canvas.view import Canvas

__all__ = ["Canvas", "Minimap"]
