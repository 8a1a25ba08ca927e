"""The pack ``recurrent``: cells, one step of a recurrent network each. A scan walks them over a sequence.

Every cell has ``weight_ih`` and ``weight_hh`` with PyTorch's rows and order of gates, and one ``bias``. Of
PyTorch's two, bias_ih and bias_hh, only the sum has an effect; to copy weights from ``torch.nn``, add them.
The one exception is the GRU that resets behind its matrix, and has both.
"""

from torch import nn

from zoo import hookimpl
from zoo_recurrent.gru import GRUCell
from zoo_recurrent.lstm import LSTMCell
from zoo_recurrent.rnn import RNNCell


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [RNNCell, LSTMCell, GRUCell]
