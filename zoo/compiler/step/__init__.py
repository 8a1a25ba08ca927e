"""Streams: a compiled graph that receives its sequences piece by piece.

A second program over the modules of the model is generated from the same resolved graph: what does not depend
on the stream is computed at its start, and each piece leads from one state to the next. Layers bring their
own states; pointwise ones need none.

    axis.py           the axis that a stream runs along, and which inputs come in pieces
    streamability.py  whether a node goes on by what the model calls, by a step with a state, or not at all
    program.py        the program: a class for the graph, and for each block and scan that keeps a state
    blocks.py         the class of a graph or block; methods.py: its two methods on their way
    scans.py          the class of a scan; open_scan.py: its walk, from states to states
    calls.py          the lines of a node with a state; body.py: names and modules in these classes
    unit.py           the program executed
    runner.py         the code over the modules of one model, and the examination of what comes
    state_dict.py     states as tensors by name, and back
    stream.py         the stream itself
"""
