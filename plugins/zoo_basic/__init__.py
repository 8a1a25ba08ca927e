"""The pack ``basic``: the building blocks of every architecture.

* tokens to vectors: ``embedding``, ``one_hot``
* vectors: ``linear``, ``add``, ``subtract``, ``multiply``, ``scale``, ``concat``, ``slice``, ``transpose``
* activations and distributions: ``tanh``, ``relu``, …, ``softmax``, ``sparsemax``, ``entmax``
* gradients and skip connections: ``dropout``, ``detach``, ``highway``, ``gated_residual``
* steps of a sequence: ``reverse``, ``shift``, ``slice_time``, ``select``, ``gather``, ``cumulative_sum``,
  ``expand``, ``unsqueeze``
* masks: ``length_mask``, ``token_mask``, ``causal_mask``, ``both_masks``
* a sequence to one vector: ``last``, ``mean_pool``
"""

from torch import nn

from zoo import hookimpl
from zoo_basic.activations import GELU, Identity, ReLU, Sigmoid, SiLU, Tanh
from zoo_basic.combine import Add, Concat, Multiply, Scale, Subtract
from zoo_basic.cumulative import CumulativeSum
from zoo_basic.detach import Detach
from zoo_basic.dropout import Dropout
from zoo_basic.embedding import Embedding, OneHot
from zoo_basic.expand import Expand, Unsqueeze
from zoo_basic.gates import GatedResidual, Highway
from zoo_basic.linear import Linear
from zoo_basic.masks import BothMasks, CausalMask, LengthMask, TokenMask
from zoo_basic.pick import Gather, Select
from zoo_basic.pool import Last, MeanPool
from zoo_basic.reverse import Reverse
from zoo_basic.shift import Shift
from zoo_basic.slice import Slice, SliceTime
from zoo_basic.softmax import Softmax
from zoo_basic.sparse import Entmax, Sparsemax
from zoo_basic.transpose import Transpose


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [
        Embedding,
        OneHot,
        Linear,
        Add,
        Subtract,
        Multiply,
        Scale,
        Concat,
        Slice,
        SliceTime,
        Select,
        Gather,
        Transpose,
        Unsqueeze,
        Expand,
        Reverse,
        Shift,
        CumulativeSum,
        Last,
        MeanPool,
        LengthMask,
        TokenMask,
        CausalMask,
        BothMasks,
        Dropout,
        Detach,
        Highway,
        GatedResidual,
        Softmax,
        Sparsemax,
        Entmax,
        Tanh,
        ReLU,
        Sigmoid,
        GELU,
        SiLU,
        Identity,
    ]
