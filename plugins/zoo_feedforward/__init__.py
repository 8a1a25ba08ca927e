"""The pack ``feedforward``: networks applied to each position for itself."""

from torch import nn

from zoo import hookimpl
from zoo_feedforward.ffn import FFN


@hookimpl
def zoo_layers() -> list[type[nn.Module]]:
    """The layers of this pack, in the order of the catalogue."""
    return [FFN]
