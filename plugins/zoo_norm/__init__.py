"""The pack ``norm``: layers that keep activations at one scale."""

from torch import nn

from zoo import hookimpl
from zoo_norm.layer_norm import LayerNorm


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [LayerNorm]
