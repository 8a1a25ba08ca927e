"""The pack ``norm``: layers that normalise the scale of activations."""

from torch import nn

from zoo import hookimpl
from zoo_norm.batch_norm import BatchNorm
from zoo_norm.layer_norm import LayerNorm
from zoo_norm.rms_norm import RMSNorm


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [LayerNorm, RMSNorm, BatchNorm]
