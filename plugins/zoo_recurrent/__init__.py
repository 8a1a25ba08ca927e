"""The pack ``recurrent``: cells, one step of a recurrent network each, and layers of cells over a sequence.

A scan walks a cell over a sequence, step by step as it is drawn; ``rnn``, ``lstm`` and ``gru`` walk whole
stacks of them, in both directions if wanted, in one kernel. A ``bridge`` leads from an encoder to a decoder.

Every cell has ``weight_ih`` and ``weight_hh`` with PyTorch's rows and order of gates, and one ``bias``. Of
PyTorch's two, bias_ih and bias_hh, only the sum has an effect; to copy weights from ``torch.nn``, add them.
The one exception is the GRU that resets behind its matrix, and has both.
"""

from torch import nn

from zoo import hookimpl
from zoo_recurrent.bridge import Bridge
from zoo_recurrent.gru import GRUCell
from zoo_recurrent.gru_sequence import GRU
from zoo_recurrent.lstm import LSTMCell
from zoo_recurrent.lstm_sequence import LSTM
from zoo_recurrent.min_gru import MinGRU
from zoo_recurrent.mlstm import MLSTMCell
from zoo_recurrent.mlstm_sequence import MLSTM
from zoo_recurrent.rnn import RNNCell
from zoo_recurrent.rnn_sequence import RNN
from zoo_recurrent.selective_ssm import SelectiveSSM
from zoo_recurrent.slstm import SLSTMCell


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [
        RNNCell,
        LSTMCell,
        GRUCell,
        SLSTMCell,
        MLSTMCell,
        RNN,
        LSTM,
        GRU,
        MinGRU,
        SelectiveSSM,
        MLSTM,
        Bridge,
    ]
