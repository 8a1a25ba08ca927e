"""The canvas: the drawing of one body of a graph, and the gestures that change it.

picture.py says what is drawn, as data; drawing.py makes it from graph and resolution (ports.py, words.py).
placing.py says where boxes stand; scene.py holds an item for each (box_item.py, wire_item.py), overview.py is
for afar. view.py is the widget; what a press begins stands in gestures/, what is added in adding.py and
quick_add.py, edits of wires in wiring.py and adapters.py.
"""

from zoo_gui.canvas.minimap import Minimap
from zoo_gui.canvas.view import Canvas

__all__ = ["Canvas", "Minimap"]
