"""Streams: a compiled graph that is given its sequences piece by piece.

From the same resolved graph as the model, a second program is written, over the modules of the model: what
does not depend on the stream is computed when it begins, and every piece is taken from the state before it to
the state behind it. Layers bring their own states; what is pointwise needs none.

    along.py     the axis that a stream runs along, and which inputs come in pieces
    deciding.py  whether a node goes on by what the model calls, by a step with a state, or not at all
    blocks.py    the class of a graph or block, by halves.py; scans.py: the class of a scan, by walks.py
    calls.py     the lines of a node with a state; body.py: names and modules in these classes
    written.py   the classes and the program
    unit.py      the program executed; saving.py: states as tensors by name
    stream.py    the stream itself
"""
