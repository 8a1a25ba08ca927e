"""Automatic layout: boxes in columns from left to right, each behind what it reads (Sugiyama et al. 1981).

    arrange(boxes, edges)    places for all of them, and the ways of long wires between them

    data.py         what goes in and comes out
    layers.py       which column each box is in; long wires get a place in every column that they pass
    order.py        what stands above what, so that few wires cross; crossings.py counts them
    coordinates.py  how high: as straight as the order allows
    arranging.py    the steps together

Nothing here knows Qt or graphs.
"""

from zoo_gui.layout.arranging import arrange
from zoo_gui.layout.data import Arrangement, Edge, Extent

__all__ = ["Arrangement", "Edge", "Extent", "arrange"]
