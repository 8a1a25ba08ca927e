"""The pack ``basic``: what every architecture is drawn with.

Tokens become vectors (``embedding``, ``one_hot``), vectors are mapped, joined and cut (``linear``, ``add``,
``multiply``, ``concat``, ``slice``, ``transpose``), bent (the activations, ``softmax``), thinned
(``dropout``), and sequences become one vector (``last``, ``mean_pool``).
"""

from torch import nn

from zoo import hookimpl
from zoo_basic.activations import GELU, Identity, ReLU, Sigmoid, SiLU, Tanh
from zoo_basic.combine import Add, Concat, Multiply
from zoo_basic.detach import Detach
from zoo_basic.dropout import Dropout
from zoo_basic.embedding import Embedding, OneHot
from zoo_basic.linear import Linear
from zoo_basic.pool import Last, MeanPool
from zoo_basic.slice import Slice, SliceTime
from zoo_basic.softmax import Softmax
from zoo_basic.transpose import Transpose


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [
        Embedding,
        OneHot,
        Linear,
        Add,
        Multiply,
        Concat,
        Slice,
        SliceTime,
        Transpose,
        Last,
        MeanPool,
        Detach,
        Dropout,
        Softmax,
        Tanh,
        ReLU,
        Sigmoid,
        GELU,
        SiLU,
        Identity,
    ]
