"""The pack ``attention``: layers that look up values by how well their keys match a query.

All of them share these conventions: a boolean mask is true where a query may attend; a query that may not
attend to anything gets zeros, with zero gradients; the contents of masked keys, even NaN, never reach an
output or a gradient.

There is no mask for queries, because the output of a padded query is normally ignored. However, NaN in a
padded query would turn the gradients of all keys of its sequence into NaN (0 · NaN is NaN). In
self-attention, where one tensor is both query and key, the mask identifies padded queries, and NaN in them is
replaced; other queries must be finite everywhere.
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
