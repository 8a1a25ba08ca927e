"""Recurrent cells walked over whole sequences: in one kernel, on a GPU cuDNN's, or where none can, in steps.

A mask says which steps are there. The others do not exist: no state passes through them, nothing in them
shows (NaN included), and the outputs there are zeros. So a walk from the end begins at each sequence's last
real step, and padding may stand anywhere, in the middle too.

    cells.py      ``rnn``, ``gru``, ``lstm``: one cell over a sequence, forward or from its end
    together.py   ``together``: cells in both directions, and layers of them, in one call
    kernels.py    ``run``: layers of cells in one kernel, padding packed away; padding.py: where it is
    dense_lstm.py LSTM layers that walk through padding, which is quicker on CPUs
    walking.py    ``walk``: the same by calling the cells, as ``torch.export`` needs it
    scanning.py   ``scan``: any walk as a loop that ``torch.export`` and ONNX keep

The layers of sequences in packs and the fused lowering of scans both stand on these.
"""

from zoo.recurrence.cells import LSTMState, gru, lstm, rnn
from zoo.recurrence.kernels import Kernel, run, side_by_side
from zoo.recurrence.scanning import scan
from zoo.recurrence.together import OneWay, together, watched
from zoo.recurrence.walking import Cell, exported, stepwise, transformed, walk

__all__ = [
    "Cell",
    "Kernel",
    "LSTMState",
    "OneWay",
    "exported",
    "gru",
    "lstm",
    "rnn",
    "run",
    "scan",
    "side_by_side",
    "stepwise",
    "together",
    "transformed",
    "walk",
    "watched",
]
