"""Recurrent cells over whole sequences: by a kernel (cuDNN's on a GPU), or step by step where there is none.

A mask tells real steps from padding. Padding does not exist for a cell: states skip it, its contents never
matter (NaN included), and outputs there are zero. So a reverse walk starts at each sequence's last real step,
and padding may be anywhere, also in the middle.

    cells.py      ``rnn``, ``gru``, ``lstm``: one cell over a sequence, forward or from its end
    together.py   ``together``: both directions, and stacked layers, in one call
    kernels.py    ``run``: layers of cells by one kernel on packed sequences; padding.py: where padding is
    dense_lstm.py LSTM layers on padded sequences, which is faster on CPUs
    walking.py    ``walk``: the same by calling the cells, for ``torch.export`` and ``torch.func``
    scanning.py   ``scan``: any recurrence as a loop that ``torch.export`` and ONNX keep

The sequence layers of packs and the fused lowering of scans both build on these.
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
