"""The pack ``attention``: layers that look up values by how well their keys fit a query.

All of them go through one core (``zoo_attention.core``) and keep its rules: a boolean mask is true where a
query may attend; a query that may attend to nothing gets zeros, and gradients of zero; what stands at masked
keys, NaN included, never reaches an output or a gradient.

There is no mask of queries, for what a padded query gets is nobody's concern as long as it is a number. NaN
in one spoils what it gets, and through 0 · NaN the gradients of all keys of its sequence, read or not. In
self-attention, where one tensor is query and key, the mask tells which queries are padding, and they are
cleaned, too; other queries must be numbers everywhere.
"""

from torch import nn

from zoo import hookimpl
from zoo_attention.additive import Additive
from zoo_attention.big_bird import BigBird
from zoo_attention.dot import Dot
from zoo_attention.gated_delta_net import GatedDeltaNet
from zoo_attention.linear import Linear
from zoo_attention.linformer import Linformer
from zoo_attention.multi_head import MultiHead
from zoo_attention.multiplicative import Multiplicative
from zoo_attention.relative import Relative
from zoo_attention.retention import Retention
from zoo_attention.scaled_dot_product import ScaledDotProduct
from zoo_attention.sliding_window import SlidingWindow


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [
        Dot,
        Multiplicative,
        Additive,
        ScaledDotProduct,
        MultiHead,
        Relative,
        Linformer,
        SlidingWindow,
        BigBird,
        Linear,
        Retention,
        GatedDeltaNet,
    ]
